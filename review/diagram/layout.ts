import { layered } from './layers';
import { type Placed, type PlacedBox, SIZES } from './sizes';
import type { Box, CellPicture, Picture, TenantPicture, TierPicture } from './picture';

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly picture: Picture;
  /** What all cells share. */
  readonly shared?: Placed & { readonly boxes: readonly PlacedBox[] };
  readonly cells: readonly PlacedCell[];
}

export interface PlacedCell extends Placed {
  readonly cell: CellPicture;
  readonly boxes: readonly PlacedBox[];
  readonly tiers: readonly PlacedTier[];
}

export interface PlacedTier extends Placed {
  readonly tier: TierPicture;
  readonly tenants: readonly (Placed & { readonly tenant: TenantPicture })[];
  readonly rest?: Placed;
}

/** Gives each part of a picture its place: cells below one another, in each its stacks from left to right, and tiers below. */
export function layoutOf(picture: Picture): Layout {
  const inner = SIZES.width - 2 * SIZES.margin;
  let y = SIZES.title;
  const shared = placeShared(picture.shared, { x: SIZES.margin, y, width: inner });
  if (shared) y += shared.height + SIZES.gap;
  const cells: PlacedCell[] = [];
  for (const cell of picture.cells) {
    const placed = placeCell(cell, { x: SIZES.margin, y, width: inner });
    cells.push(placed);
    y = placed.y + placed.height + SIZES.gap;
  }
  return { width: SIZES.width, height: y + SIZES.legend, picture, cells, ...(shared && { shared }) };
}

type Room = Pick<Placed, 'x' | 'y' | 'width'>;

const bottomOf = (placed: readonly Placed[]): number =>
  Math.max(...placed.map(({ y, height }) => y + height));

function placeShared({ boxes }: Picture['shared'], { x, y, width }: Room): Layout['shared'] {
  if (boxes.length === 0) return undefined;
  const room = { x: x + SIZES.padding, y: y + SIZES.heading, width: width - 2 * SIZES.padding };
  const placed = rowOf(boxes, room);
  return { x, y, width, height: bottomOf(placed) + SIZES.padding - y, boxes: placed };
}

/** Boxes beside one another, in as many rows as they need. */
function rowOf(boxes: readonly Box[], { x, y, width }: Room): readonly PlacedBox[] {
  const columns = Math.min(Math.max(boxes.length, 3), 5);
  const each = (width - (columns - 1) * SIZES.gap) / columns;
  return boxes.map((box, index) => ({
    box,
    x: x + (index % columns) * (each + SIZES.gap),
    y: y + Math.floor(index / columns) * (SIZES.box + SIZES.gap),
    ...{ width: each, height: SIZES.box },
  }));
}

function placeCell(cell: CellPicture, { x, y, width }: Room): PlacedCell {
  const room = { x: x + SIZES.padding, width: width - 2 * SIZES.padding };
  const boxes = layered(cell.shared, { ...room, y: y + SIZES.heading });
  const top = boxes.length > 0 ? bottomOf(boxes) + SIZES.padding : y + SIZES.heading;
  const tiers = tiersOf(cell.tiers, { ...room, y: top });
  const end = tiers.length > 0 ? bottomOf(tiers) : top - SIZES.padding;
  return { cell, x, y, width, height: end + SIZES.padding - y, boxes, tiers };
}

const cardsOf = ({ tenants, rest }: TierPicture): number => tenants.length + (rest > 0 ? 1 : 0);

/** Tiers beside one another; the room that those without tenants of their own leave is for those with. */
function tiersOf(tiers: readonly TierPicture[], { x, y, width }: Room): readonly PlacedTier[] {
  const roomy = tiers.filter((tier) => cardsOf(tier) > 0).length;
  const perRow = Math.max(1, Math.min(tiers.length, roomy > 1 ? 2 : 3));
  const placed: PlacedTier[] = [];
  let top = y;
  for (let start = 0; start < tiers.length; start += perRow) {
    const row = tiers.slice(start, start + perRow);
    const free = width - (row.length - 1) * SIZES.gap;
    const wide = row.filter((tier) => cardsOf(tier) > 0).length;
    const narrow = wide === 0 ? free / row.length : SIZES.tierWidth;
    const broad = (free - narrow * (row.length - wide)) / Math.max(1, wide);
    let left = x;
    const drafts = row.map((tier) => {
      const draft = placeTier(tier, { x: left, y: top, width: cardsOf(tier) > 0 ? broad : narrow });
      left += draft.width + SIZES.gap;
      return draft;
    });
    const height = Math.max(...drafts.map((draft) => draft.height));
    placed.push(...drafts.map((draft) => ({ ...draft, height })));
    top += height + SIZES.gap;
  }
  return placed;
}

function placeTier(tier: TierPicture, { x, y, width }: Room): PlacedTier {
  const own = y + SIZES.heading + linesOf(tier, width) * SIZES.line;
  const cards = cardsOf(tier);
  const inner = width - 2 * SIZES.gap;
  const columns = Math.max(
    1,
    Math.min(cards, Math.floor((inner + SIZES.gap) / (SIZES.tenantWidth + SIZES.gap))),
  );
  const each = (inner - (columns - 1) * SIZES.gap) / columns;
  const longest = Math.max(0, ...tier.tenants.map(({ apart }) => apart.length));
  const height = SIZES.heading + longest * SIZES.line + 2;
  const placeOf = (index: number): Placed => ({
    x: x + SIZES.gap + (index % columns) * (each + SIZES.gap),
    y: own + SIZES.gap + Math.floor(index / columns) * (height + SIZES.gap),
    ...{ width: each, height },
  });
  const rows = Math.ceil(cards / columns);
  return {
    ...{ tier, x, y, width },
    height: own - y + (rows > 0 ? SIZES.gap + rows * (height + SIZES.gap) : SIZES.gap),
    tenants: tier.tenants.map((tenant, index) => ({ tenant, ...placeOf(index) })),
    ...(tier.rest > 0 && { rest: placeOf(tier.tenants.length) }),
  };
}

/** Lines in a tier's own list: beside one another where there is room. */
export function linesOf({ apart }: Pick<TierPicture, 'apart'>, width: number): number {
  return Math.ceil(apart.length / columnsOf(width));
}

/** Columns of a list in a tier. */
export const columnsOf = (width: number): number => Math.max(1, Math.floor(width / SIZES.tenantWidth));
