import { columnsOf, type Layout, layoutOf, type PlacedCell, type PlacedTier } from './layout';
import type { Mark, Picture } from './picture';
import { type Placed, type PlacedBox, SIZES } from './sizes';
import { STYLE } from './style';

export interface SvgOptions {
  /** Whether the style is left out, for a page that has it already. @default false */
  readonly bare?: boolean;
  /** Distinguishes ids of several pictures on one page. @default - the picture's name */
  readonly id?: string;
}

/**
 * A picture as SVG: one file, light and dark by itself, the same bytes for the same picture.
 *
 * Words of the platform are escaped, and cut off where a box ends; whole, they are in its title.
 */
export function svgOf(picture: Picture, { bare = false, id = picture.name }: SvgOptions = {}): string {
  const layout = layoutOf(picture);
  const { width, height, shared, cells } = layout;
  const key = id.replace(/[^\w-]/g, '-');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="bulkhead" viewBox="0 0 ${num(width)} ${num(height)}" width="${num(width)}" height="${num(height)}" role="img" aria-labelledby="title-${key} desc-${key}">`,
    `<title id="title-${key}">${escape(`Platform ${picture.name}`)}</title>`,
    `<desc id="desc-${key}">${escape(description(picture))}</desc>`,
    ...(bare ? [] : [`<style>${STYLE}</style>`]),
    `<rect class="canvas" width="${num(width)}" height="${num(height)}" rx="12"/>`,
    text({ x: SIZES.margin, y: 30 }, picture.name, 'h1', 400),
    text({ x: SIZES.margin, y: 48 }, picture.summary, 'note', 600),
    ...(shared ? sharedSvg(shared, picture.shared.place) : []),
    ...cells.flatMap(cellSvg),
    ...legend(layout),
    '</svg>',
    '',
  ].join('\n');
}

function description({ summary, cells, reviewed }: Picture): string {
  const each = cells.map(({ id, place, shared, tiers }) => {
    const parts = tiers.map(({ tier, tenants, rest }) => `${tier} (${tenants.length + rest} dedicated)`);
    return `Cell ${id} (${place}): ${shared.map(({ label }) => label).join(', ')}; tiers ${parts.join(', ')}.`;
  });
  return [
    `${summary}.`,
    ...each,
    ...(reviewed ? ['Stacks that a change touches are marked by risk.'] : []),
  ].join(' ');
}

function sharedSvg({ boxes, ...place }: Layout['shared'] & object, where: string): readonly string[] {
  return [rect(place, 'cell', 12), ...heading(place, 'shared by all cells', where), ...boxes.map(boxSvg)];
}

const heading = (place: Placed, title: string, where: string): readonly string[] => [
  text({ x: place.x + SIZES.padding, y: place.y + 26 }, title, 'h2', 400),
  text({ x: place.x + place.width - SIZES.padding, y: place.y + 26 }, where, 'note end', 400),
];

function cellSvg({ cell, boxes, tiers, ...place }: PlacedCell): readonly string[] {
  return [
    `<g data-cell="${escape(cell.id)}">`,
    rect(place, 'cell', 12),
    ...heading(place, `cell ${cell.id}`, cell.place),
    ...linesSvg(boxes),
    ...boxes.map(boxSvg),
    ...tiers.flatMap(tierSvg),
    '</g>',
  ];
}

/** From each box to those that come after it. */
function linesSvg(boxes: readonly PlacedBox[]): readonly string[] {
  const byName = new Map(boxes.map((placed) => [placed.box.names[0] ?? '', placed]));
  const paths = boxes.flatMap((to) =>
    to.box.after.flatMap((name) => {
      const from = byName.get(name);
      if (from === undefined) return [];
      const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
      const [x2, y2] = [to.x, to.y + to.height / 2];
      // Past other columns it goes in the row that it leads to.
      const bend = x1 + SIZES.lane;
      const middle = x1 + SIZES.lane / 2;
      return `M${num(x1)} ${num(y1)}C${num(middle)} ${num(y1)} ${num(middle)} ${num(y2)} ${num(bend)} ${num(y2)}H${num(x2)}`;
    }),
  );
  return paths.length === 0 ? [] : [`<path class="line" d="${paths.join('')}"/>`];
}

function boxSvg({ box, ...place }: PlacedBox): string {
  const { label, names, mark } = box;
  const marked = mark === undefined ? '' : ` risk-${mark.risk} ${mark.fate}`;
  const behind =
    names.length > 1 ? rect({ ...place, x: place.x + 4, y: place.y - 4 }, 'stack behind', 7) : '';
  return [
    `<g class="box${marked}" data-stacks="${escape(names.join(' '))}">`,
    `<title>${escape(`${names.join(', ')}${markWords(mark, names.length)}`)}</title>`,
    behind,
    rect(place, 'stack', 7),
    text(
      { x: place.x + 12, y: place.y + place.height / 2 + 4.5 },
      label,
      'label',
      place.width - 24 - badgeWidth(mark),
    ),
    badge(mark, place),
    '</g>',
  ].join('');
}

function tierSvg({ tier, tenants, rest, ...place }: PlacedTier): readonly string[] {
  const { box } = tier;
  const marked = box?.mark === undefined ? '' : ` risk-${box.mark.risk} ${box.mark.fate}`;
  const columns = columnsOf(place.width);
  const column = (place.width - 2 * SIZES.gap) / columns;
  return [
    `<g data-tier="${escape(tier.tier)}">`,
    `<g class="apart tier${marked}" data-stacks="${escape((box?.names ?? []).join(' '))}">`,
    `<title>${escape(`${box?.names.join(', ') ?? tier.tier}${markWords(box?.mark, 1)}`)}</title>`,
    rect(place, 'boundary', 10),
    text(
      { x: place.x + SIZES.gap, y: place.y + 25 },
      `tier ${tier.tier}`,
      'h3',
      place.width - 28 - badgeWidth(box?.mark),
    ),
    badge(box?.mark, { ...place, height: SIZES.heading }),
    ...tier.apart.map((words, index) =>
      item(
        {
          x: place.x + SIZES.gap + (index % columns) * column,
          y: place.y + SIZES.heading + 10 + Math.floor(index / columns) * SIZES.line,
        },
        words,
        column,
      ),
    ),
    '</g>',
    ...tenants.map(({ tenant, ...at }) => {
      const { mark, names } = tenant.box;
      const risk = mark === undefined ? '' : ` risk-${mark.risk} ${mark.fate}`;
      return [
        `<g class="apart tenant${risk}" data-stacks="${escape(names.join(' '))}" data-tenant="${escape(tenant.tenant)}">`,
        `<title>${escape(`${names.join(', ')}${markWords(mark, 1)}`)}</title>`,
        rect(at, 'boundary', 8),
        text(
          { x: at.x + 12, y: at.y + 25 },
          `tenant ${tenant.tenant}`,
          'h4',
          at.width - 24 - badgeWidth(mark),
        ),
        badge(mark, { ...at, height: SIZES.heading }),
        ...tenant.apart.map((words, index) =>
          item({ x: at.x + 12, y: at.y + SIZES.heading + 6 + index * SIZES.line }, words, at.width - 20),
        ),
        '</g>',
      ].join('');
    }),
    ...(rest === undefined ? [] : [restSvg(tier.rest, tier.restMark, rest)]),
    '</g>',
  ];
}

function restSvg(count: number, mark: Mark | undefined, at: Placed): string {
  const middle = { x: at.x + at.width / 2, y: at.y + at.height / 2 };
  const differ =
    mark === undefined
      ? 'each apart in the same way'
      : `${mark.count.toLocaleString('en-US')} of them differ`;
  const marked = mark === undefined ? '' : ` risk-${mark.risk} ${mark.fate}`;
  return [
    `<g class="apart tenant${marked}">`,
    rect(at, 'boundary', 8),
    text(
      { ...middle, y: middle.y - 2 },
      `and ${count.toLocaleString('en-US')} more`,
      'h4 middle',
      at.width - 16,
    ),
    text({ ...middle, y: middle.y + 18 }, differ, 'note middle', at.width - 16),
    '</g>',
  ].join('');
}

/** One thing that keeps an owner apart. */
const item = (at: Point, words: string, width: number): string =>
  `<circle class="dot" cx="${num(at.x + 3)}" cy="${num(at.y - 4)}" r="2.5"/>${text({ x: at.x + 12, y: at.y }, words, 'item', width - 16)}`;

const badgeText = ({ risk, fate }: Mark): string =>
  [...(fate === 'changed' ? [] : [fate]), ...(risk === 'none' ? [] : [risk])].join(' ') || 'changed';

const badgeWidth = (mark: Mark | undefined): number =>
  mark === undefined ? 0 : measure(badgeText(mark), 11) + 22;

function badge(mark: Mark | undefined, place: Placed): string {
  if (mark === undefined) return '';
  const width = badgeWidth(mark) - 8;
  const [x, y] = [place.x + place.width - width - 8, place.y + place.height / 2 - 9];
  return `<rect class="badge" x="${num(x)}" y="${num(y)}" width="${num(width)}" height="18" rx="9"/>${text({ x: x + width / 2, y: y + 13 }, badgeText(mark), 'badge-text middle', width)}`;
}

function markWords(mark: Mark | undefined, stacks: number): string {
  if (mark === undefined) return '';
  const which = stacks > 1 ? `${mark.count} of ${stacks} differ` : mark.fate;
  return `: ${which}, risk ${mark.risk}`;
}

function legend({ picture, height }: Layout): readonly string[] {
  const y = height - 24;
  const parts = [
    { mark: 'legend-line', words: 'deployed after' },
    { mark: 'legend-apart', words: 'kept apart by what is listed in it' },
    ...(picture.reviewed
      ? [
          { mark: 'legend-high', words: 'high risk' },
          { mark: 'legend-low', words: 'low risk' },
          { mark: 'legend-none', words: 'changes, nothing to fear' },
        ]
      : []),
  ];
  let x: number = SIZES.margin;
  return parts.map(({ mark, words }) => {
    const at = x;
    x += measure(words, 12) + 58;
    const sign =
      mark === 'legend-line'
        ? `<path class="line" d="M${num(at)} ${num(y)}h24"/>`
        : `<rect class="${mark}" x="${num(at)}" y="${num(y - 7)}" width="24" height="14" rx="4"/>`;
    return `${sign}${text({ x: at + 32, y: y + 4 }, words, 'note', 400)}`;
  });
}

type Point = Pick<Placed, 'x' | 'y'>;

const rect = ({ x, y, width, height }: Placed, kind: string, radius: number): string =>
  `<rect class="${kind}" x="${num(x)}" y="${num(y)}" width="${num(width)}" height="${num(height)}" rx="${radius}"/>`;

/** Pixels of the letters, by class. The style says the same. */
const LETTERS: Readonly<Record<string, number>> = {
  h1: 20,
  h2: 15,
  h3: 14,
  h4: 13,
  label: 13,
  item: 12,
  note: 12,
  'badge-text': 11,
};

function text({ x, y }: Point, words: string, kind: string, width: number): string {
  const size = LETTERS[kind.split(' ')[0] ?? ''] ?? 12;
  return `<text class="${kind}" x="${num(x)}" y="${num(y)}">${escape(fitted(words, size, width))}</text>`;
}

/** As much of a text as there is room for. */
function fitted(words: string, size: number, width: number): string {
  if (measure(words, size) <= width) return words;
  let shown = Array.from(words);
  while (shown.length > 1 && measure(`${shown.join('')}…`, size) > width) shown = shown.slice(0, -1);
  return `${shown.join('')}…`;
}

/** Width of a text in a sans-serif of usual breadth, in pixels: there is no font here to ask. */
function measure(words: string, size: number): number {
  const units = Array.from(words).map((char) =>
    /[iljtfr.,:;'|!1()[\] -]/.test(char) ? 0.34 : /[mwMW@×…]/.test(char) ? 0.9 : 0.57,
  );
  return units.reduce((sum, unit) => sum + unit, 0) * size;
}

/** A number with at most two places, without those that say nothing. */
const num = (value: number): string => String(Math.round(value * 100) / 100);

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text of XML, without the characters that XML 1.0 has no place for. */
const escape = (words: string): string =>
  words
    .replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\u{fffd}');
