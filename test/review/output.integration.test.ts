import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Picture } from '../../review/diagram/picture';
import { pictureOf } from '../../review/diagram/picture';
import type { PlatformStack } from '../../review/diagram/platform';
import { htmlOf } from '../../review/output/html';
import type { Review } from '../../review/report';
import { openBrowser } from '../support/chromium';
import { contrastOf } from '../support/contrast';
import { HOSTILE, hostile, tenantStack, USUAL } from './output-fixture';

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

/** A picture of what a review is of. */
function pictureFor({ stacks }: Review): Picture {
  const drawn = stacks.map(({ stack, owner }): PlatformStack => ({
    ...{ name: stack, dependencies: [], apart: () => [stack, 'own database'] },
    ...{ cell: 'dev1a', tier: 'enterprise', ...owner, account: '444444444444', region: 'us-east-1' },
  }));
  return pictureOf(
    { name: 'bulkhead dev', stacks: drawn },
    new Map(stacks.map((each) => [each.stack, each])),
  );
}

interface Opened {
  readonly page: Page;
  /** What the browser complained of. */
  readonly complaints: string[];
  /** Addresses that it asked for, besides the page's own. */
  readonly requests: string[];
}

async function open(review: Review, colorScheme: 'light' | 'dark' = 'light'): Promise<Opened> {
  const file = join(mkdtempSync(join(tmpdir(), 'review-')), 'review.html');
  writeFileSync(file, htmlOf([{ review, picture: pictureFor(review) }]));
  const page = await browser.newPage({ colorScheme, viewport: { width: 1120, height: 3000 } });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== `file://${file}`) requests.push(request.url());
  });
  await page.goto(`file://${file}`);
  return { page, complaints, requests };
}

/** Run in the page: each text with its colour, and that of the first ground that is painted below its middle. */
const TEXTS = `(() => {
  const groundOf = (element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    for (const below of document.elementsFromPoint(left + width / 2, top + height / 2)) {
      const { fill, backgroundColor } = getComputedStyle(below);
      const colour = below.tagName === 'rect' ? fill : below instanceof SVGElement ? 'none' : backgroundColor;
      if (colour.startsWith('rgb(')) return colour;
    }
  };
  const hasText = ({ childNodes }) => [...childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim() !== '');
  return [...document.body.querySelectorAll('*')]
    .filter((element) => hasText(element) && element.checkVisibility() && !element.matches('option, title, desc, .unseen'))
    .map((element) => {
      const { fill, color } = getComputedStyle(element);
      return [element.textContent.slice(0, 40), element instanceof SVGElement ? fill : color, groundOf(element)];
    });
})()`;

describe('the page of a review in a real browser', () => {
  it.each(['light', 'dark'] as const)(
    'is drawn in %s with text that can be read, and asks nobody for anything',
    async (scheme) => {
      const { page, complaints, requests } = await open(USUAL, scheme);
      const seen = await page.screenshot({ fullPage: true });
      expect(seen.length).toBeGreaterThan(10_000);
      expect([complaints, requests]).toEqual([[], []]);
      const list = await page.evaluate<readonly (readonly [string, string, string])[]>(TEXTS);
      expect(list.length).toBeGreaterThan(40);
      // WCAG 2.2, 1.4.3.
      expect(list.filter(([, colour, ground]) => contrastOf(colour, ground) < 4.5)).toEqual([]);
      await page.close();
    },
  );

  it('takes the words of others as words', async () => {
    const { page, complaints, requests } = await open(hostile());
    expect([complaints, requests]).toEqual([[], []]);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(
      await page.evaluate("document.querySelectorAll('img, iframe, h1:not(header h1), main script').length"),
    ).toBe(0);
    const shown = await page.evaluate<string>('document.body.textContent');
    expect(HOSTILE.filter((text) => !shown.includes(text.split(/[\n\u0000-\u001f\ud800]/)[0] ?? ''))).toEqual(
      [],
    );
    await page.close();
  });

  it('shows what belongs to the tenant that is chosen, by keyboard too', async () => {
    const other = tenantStack('globex', { risk: 'low', findings: [] });
    const { page } = await open({
      ...USUAL,
      stacks: [...USUAL.stacks.filter(({ stack }) => stack !== other.stack), other],
    });
    const items = async (): Promise<readonly string[]> =>
      await page.evaluate<readonly string[]>(
        "[...document.querySelectorAll('details.item')].filter((item) => !item.hidden).map((item) => item.querySelector('strong').textContent)",
      );
    expect(await items()).toEqual(['dev1a-tenant-acme', 'dev1a-tenant-globex', 'dev1a-network']);
    await page.focus('select[data-filter="tenant"]');
    await page.keyboard.press('g');
    await page.keyboard.press('Enter');
    await page.waitForFunction("document.querySelector('output').textContent !== ''");
    expect(await items()).toEqual(['dev1a-tenant-globex']);
    expect(await page.evaluate("document.querySelectorAll('svg .away').length")).toBe(1);
    await page.focus('details:not([hidden]) summary');
    await page.keyboard.press('Enter');
    expect(await page.evaluate("document.querySelector('details:not([hidden])').open")).toBe(true);
    await page.close();
  });

  it('has a name for each part, and says of each picture what it shows', async () => {
    const { page } = await open(USUAL);
    expect(await page.evaluate("document.querySelectorAll('select:not(label select)').length")).toBe(0);
    const levels = await page.evaluate<readonly string[]>(
      "[...document.querySelectorAll('h1, h2, h3')].map(({ tagName }) => tagName)",
    );
    expect(levels.join(' ')).toMatch(/^H1 H2( H3)+$/);
    const described = await page.evaluate(
      "[...document.querySelectorAll('svg')].every((svg) => svg.getAttribute('aria-labelledby').split(' ').every((id) => document.getElementById(id)?.textContent))",
    );
    expect(described).toBe(true);
    await page.close();
  });
});
