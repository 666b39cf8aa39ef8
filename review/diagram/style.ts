/** Colours in one kind of light. */
interface Colours {
  readonly canvas: string;
  readonly cell: string;
  readonly edge: string;
  readonly stack: string;
  readonly text: string;
  readonly soft: string;
  readonly line: string;
  readonly tier: string;
  readonly tierFill: string;
  readonly tenant: string;
  readonly tenantFill: string;
  readonly high: string;
  readonly highFill: string;
  readonly low: string;
  readonly lowFill: string;
  readonly none: string;
  readonly noneFill: string;
  /** Of letters on a badge. */
  readonly onBadge: string;
}

/** Text on every ground that it stands on has a contrast of 4.5 or more: WCAG 2.2, 1.4.3. Tests compute it. */
export const LIGHT: Colours = {
  canvas: '#ffffff',
  cell: '#f3f6fa',
  edge: '#ccd6e0',
  stack: '#ffffff',
  text: '#182433',
  soft: '#4d5d70',
  line: '#74889e',
  tier: '#0f766e',
  tierFill: '#ecf7f5',
  tenant: '#6d4bc4',
  tenantFill: '#f6f2fe',
  high: '#b3261e',
  highFill: '#fdecea',
  low: '#8a5a00',
  lowFill: '#fff4dc',
  none: '#1d5fa8',
  noneFill: '#e9f2fc',
  onBadge: '#ffffff',
};

export const DARK: Colours = {
  canvas: '#0e141b',
  cell: '#151d27',
  edge: '#2f3c4b',
  stack: '#1d2733',
  text: '#e8eef5',
  soft: '#a9b7c7',
  line: '#6b7f95',
  tier: '#4cc2b4',
  tierFill: '#12282a',
  tenant: '#b79cf7',
  tenantFill: '#211c36',
  high: '#ff8a80',
  highFill: '#3a1a1b',
  low: '#f0b849',
  lowFill: '#33270f',
  none: '#7db7f5',
  noneFill: '#14273d',
  onBadge: '#0e141b',
};

/** The colours as custom properties, for a page or a picture. */
export const COLOURS = `:root,svg.bulkhead{${properties(LIGHT)}}@media (prefers-color-scheme:dark){:root,svg.bulkhead{${properties(DARK)}}}`;

function properties(colours: Colours): string {
  return Object.entries(colours)
    .map(
      ([name, colour]) => `--${name.replace(/[A-Z]/g, (char) => `-${char.toLowerCase()}`)}:${String(colour)}`,
    )
    .join(';');
}

const RISKS = (['high', 'low', 'none'] as const)
  .map(
    (risk) =>
      `.risk-${risk}>.stack,.risk-${risk}>.boundary{stroke:var(--${risk});stroke-width:2.5;fill:var(--${risk}-fill)}.risk-${risk}>.badge{fill:var(--${risk})}.legend-${risk}{fill:var(--${risk}-fill);stroke:var(--${risk});stroke-width:2}`,
  )
  .join('');

/** What a picture looks like. */
export const PICTURE = [
  'svg.bulkhead{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}',
  'svg.bulkhead text{fill:var(--text);font-size:12px}',
  'svg.bulkhead .h1{font-size:20px;font-weight:650}svg.bulkhead .h2{font-size:15px;font-weight:650}',
  'svg.bulkhead .h3{font-size:14px;font-weight:650}svg.bulkhead .h4,svg.bulkhead .label{font-size:13px;font-weight:600}',
  'svg.bulkhead .label{font-weight:500}svg.bulkhead .note{fill:var(--soft)}svg.bulkhead .end{text-anchor:end}svg.bulkhead .middle{text-anchor:middle}',
  'svg.bulkhead .badge-text{font-size:11px;font-weight:650;fill:var(--on-badge)}',
  '.canvas{fill:var(--canvas)}.cell{fill:var(--cell);stroke:var(--edge)}.stack{fill:var(--stack);stroke:var(--edge);stroke-width:1.2}',
  '.line{fill:none;stroke:var(--line);stroke-width:1.5}',
  '.boundary{fill:var(--tier-fill);stroke:var(--tier);stroke-width:1.4;stroke-dasharray:5 4}.dot{fill:var(--tier)}',
  '.tenant>.boundary{fill:var(--tenant-fill);stroke:var(--tenant)}.tenant>.dot{fill:var(--tenant)}',
  '.legend-apart{fill:var(--tier-fill);stroke:var(--tier);stroke-dasharray:4 3}',
  RISKS,
  '.gone>.stack,.gone>.boundary{stroke-dasharray:2 4}',
].join('');

/** All that a picture by itself needs. */
export const STYLE = `${COLOURS}${PICTURE}`;
