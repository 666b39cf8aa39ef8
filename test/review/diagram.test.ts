import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layoutOf } from '../../review/diagram/layout';
import { type Marks, pictureOf } from '../../review/diagram/picture';
import {
  environmentOf,
  type Platform,
  type PlatformStack,
  readPlatform,
} from '../../review/diagram/platform';
import type { Placed } from '../../review/diagram/sizes';
import { DARK, LIGHT } from '../../review/diagram/style';
import { svgOf } from '../../review/diagram/svg';
import { contrastOf } from '../support/contrast';
import { synthesized } from '../support/synthesized';
import { HOSTILE } from './output-fixture';

const ROOT = join(__dirname, '../..');

const stack = (name: string, more: Partial<PlatformStack> = {}): PlatformStack => ({
  ...{ name, dependencies: [], cell: 'use1a', apart: () => ['own database', 'own key'] },
  ...more,
});

/** A cell of the usual shape with dedicated tenants. */
const platform = (tenants: readonly string[], shards = 1): Platform => ({
  name: 'bulkhead test',
  stacks: [
    { name: 'registry', dependencies: [], apart: () => [] },
    stack('use1a-network'),
    stack('use1a-cluster', { dependencies: ['use1a-network'] }),
    ...Array.from({ length: shards }, (_, index) =>
      stack(`use1a-data-shard-${String(index + 1)}`, { dependencies: ['use1a-cluster', 'use1a-network'] }),
    ),
    stack('use1a-tier-starter', { tier: 'starter' }),
    stack('use1a-tier-enterprise', { tier: 'enterprise' }),
    ...tenants.map((tenant) => stack(`use1a-tenant-${tenant}`, { tier: 'enterprise', tenant })),
  ],
});

const customers = (count: number) => Array.from({ length: count }, (_, index) => `customer-${String(index)}`);

/** Whether one lies in the other, or beside it. */
function isApart(a: Placed, b: Placed): boolean {
  return a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
}
const isWithin = (inner: Placed, outer: Placed): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width + 0.01 &&
  inner.y + inner.height <= outer.y + outer.height + 0.01;

/** Well-formed as far as elements go: each that is opened is closed, in order. */
function elementsOf(svg: string): readonly string[] {
  const open: string[] = [];
  const seen: string[] = [];
  for (const [, end, name = '', rest = ''] of svg.matchAll(/<(\/?)([a-z]\w*)((?:\s[^<>]*)?)>/g)) {
    if (end === '/') expect(open.pop()).toBe(name);
    else {
      seen.push(name);
      if (!rest.endsWith('/')) open.push(name);
    }
  }
  expect(open).toEqual([]);
  return seen;
}

describe('the picture of a platform', () => {
  it('is in the README as the sources are', () => {
    const drawn = svgOf(pictureOf(readPlatform(synthesized({ environment: 'dev' }))));
    // If it is not: node bin/bulkhead.js diagram --svg docs/platform.svg
    expect(readFileSync(join(ROOT, 'docs/platform.svg'), 'utf8') === drawn).toBe(true);
    expect(drawn.length).toBeLessThan(30_000);
  });

  it('says what keeps a dedicated tenant apart, by the resources of its stack', () => {
    const read = readPlatform(synthesized({ environment: 'dev' }));
    const { cells, shared } = pictureOf(read);
    expect([cells.length, shared.boxes.map(({ label }) => label)]).toEqual([
      1,
      expect.arrayContaining(['bootstrap', 'registry']),
    ]);
    const tenants = cells[0]?.tiers.flatMap((tier) => tier.tenants) ?? [];
    expect(tenants.find(({ tenant }) => tenant === 'acme')?.apart).toEqual([
      'own database',
      'namespace tenant-acme',
      '2 own keys',
      'own cache user',
      '2 own secrets',
      '2 security groups',
      expect.stringMatching(/^\d+ network policies$/),
    ]);
    expect(environmentOf(synthesized({ environment: 'dev' }))).toBe('dev');
  });

  it('draws stacks after those that they come after, and leaves out what follows from that', () => {
    const { cells } = layoutOf(pictureOf(platform([])));
    const [network, cluster, shard] = cells[0]?.boxes ?? [];
    expect([network?.box.label, cluster?.box.label, shard?.box.after]).toEqual([
      'network',
      'cluster',
      ['use1a-cluster'],
    ]);
    expect(network && cluster && network.x + network.width < cluster.x).toBe(true);
  });

  it('shows shards as one, and of a thousand tenants the first and how many more there are', () => {
    const picture = pictureOf(platform(customers(1000), 10));
    expect(picture.summary).toBe('1,015 stacks, 1 cell, 1,000 dedicated tenants');
    expect(picture.cells[0]?.shared.map(({ label }) => label)).toContain('data-shard × 10');
    const enterprise = picture.cells[0]?.tiers.find(({ tier }) => tier === 'enterprise');
    expect([enterprise?.tenants.length, enterprise?.rest]).toEqual([5, 995]);
    const svg = svgOf(picture);
    expect(svg).toContain('and 995 more');
    expect(svg.length).toBeLessThan(30_000);
  });

  it('reads of a tenant that is not drawn nothing but whose it is', () => {
    let read = 0;
    const { name, stacks } = platform(customers(300));
    const counting = stacks.map((each) => ({
      ...each,
      apart: () => {
        read++;
        return [];
      },
    }));
    pictureOf({ name, stacks: counting });
    expect(read).toBeLessThan(10);
  });

  it('draws those first that a review says something of, and marks them by more than a colour', () => {
    const marks: Marks = new Map([
      ['use1a-tenant-customer-800', { risk: 'high', fate: 'changed' }],
      ['use1a-tenant-customer-900', { risk: 'low', fate: 'new' }],
    ]);
    const svg = svgOf(pictureOf(platform(customers(1000)), marks));
    expect(/<title>use1a-tenant-customer-800: changed, risk high<\/title>.*?<\/g>/.exec(svg)?.[0]).toContain(
      '>high</text>',
    );
    expect(svg).toContain('>new low</text>');
    expect(svg).toContain('high risk</text>');
  });

  it.each([0, 1, 5, 6, 7, 50])('lets nothing overlap with %i tenants', (count) => {
    const { cells, width, height } = layoutOf(pictureOf(platform(customers(count), 4)));
    for (const cell of cells) {
      expect(isWithin(cell, { x: 0, y: 0, width, height })).toBe(true);
      const parts = [...cell.boxes, ...cell.tiers];
      expect(parts.every((part) => isWithin(part, cell))).toBe(true);
      for (const tier of cell.tiers) {
        const cards = [...tier.tenants, ...(tier.rest ? [tier.rest] : [])];
        expect(cards.every((card) => isWithin(card, tier))).toBe(true);
        expect(cards.every((a, i) => cards.slice(i + 1).every((b) => isApart(a, b)))).toBe(true);
      }
      expect(parts.every((a, i) => parts.slice(i + 1).every((b) => isApart(a, b)))).toBe(true);
    }
  });

  it('is well-formed, whatever things are called', () => {
    const svg = svgOf(pictureOf(platform(HOSTILE)));
    expect(
      elementsOf(svg).filter((name) => ['script', 'img', 'a', 'image', 'foreignObject', 'h1'].includes(name)),
    ).toEqual([]);
    expect(svg).not.toMatch(/[\u0000-\u0008\u000b-\u001f]|\p{Surrogate}/u);
    expect(svg.replaceAll(/&(amp|lt|gt|quot);/g, '')).not.toContain('&');
  });

  it('is the same for the same platform', () => {
    expect(svgOf(pictureOf(platform(['acme'])))).toBe(svgOf(pictureOf(platform(['acme']))));
  });

  it.each([LIGHT, DARK])('has text that can be read on every ground', (colours) => {
    const { canvas, cell, stack: box, tierFill, tenantFill, highFill, lowFill, noneFill } = colours;
    const grounds = [canvas, cell, box, tierFill, tenantFill, highFill, lowFill, noneFill];
    const texts = [
      ...grounds.map((ground) => [colours.text, ground] as const),
      ...[canvas, cell, box].map((ground) => [colours.soft, ground] as const),
      ...[tierFill, tenantFill, highFill, lowFill].map((ground) => [colours.soft, ground] as const),
      ...[colours.high, colours.low, colours.none].map((badge) => [colours.onBadge, badge] as const),
    ];
    expect(texts.filter(([text, ground]) => contrastOf(text, ground) < 4.5)).toEqual([]);
    // What is no text: WCAG 2.2, 1.4.11.
    const lines = [colours.line, colours.tier, colours.tenant, colours.high, colours.low, colours.none];
    expect(lines.filter((line) => contrastOf(line, cell) < 3)).toEqual([]);
  });
});

describe('a platform that was written by something else', () => {
  it('is read whole where its providers cannot be cut out', () => {
    const folder = mkdtempSync(join(tmpdir(), 'platform-'));
    mkdirSync(join(folder, 'stacks/use1a-network'), { recursive: true });
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ stacks: { 'use1a-network': {} } }));
    const provider = {
      aws: [
        { alias: 'other' },
        { region: 'us-east-1', default_tags: [{ tags: { cell: 'use1a', tier: 'shared' } }] },
      ],
    };
    writeFileSync(join(folder, 'stacks/use1a-network/cdk.tf.json'), JSON.stringify({ provider }));
    const [read] = readPlatform(folder).stacks;
    expect([read?.cell, read?.tier, read?.region]).toEqual(['use1a', undefined, 'us-east-1']);
  });
});
