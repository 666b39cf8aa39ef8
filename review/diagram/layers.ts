import type { Box } from './picture';
import { type PlacedBox, SIZES } from './sizes';

interface Room {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const nameOf = ({ names }: Box): string => names[0] ?? '';

/** A row, from the middle of one box to that of the next, in pixels. */
const ROW = SIZES.box + SIZES.gap;

/**
 * Boxes in columns, each to the right of all that it comes after and as near as can be to what comes after it, and in rows
 * beside both, so that few lines cross.
 */
export function layered(boxes: readonly Box[], { x, y, width }: Room): readonly PlacedBox[] {
  const columns = orderedColumns(boxes);
  const each = (width - (columns.length - 1) * SIZES.lane) / Math.max(1, columns.length);
  const rows = rowsOf(columns);
  const top = Math.min(0, ...rows.values());
  return columns.flatMap((column, index) =>
    column.map((box) => ({
      box,
      x: x + index * (each + SIZES.lane),
      y: y + (rows.get(nameOf(box)) ?? 0) - top,
      ...{ width: each, height: SIZES.box },
    })),
  );
}

/** Columns from left to right, each ordered by where in the next one its boxes lead. */
function orderedColumns(boxes: readonly Box[]): readonly (readonly Box[])[] {
  const layers = layersOf(boxes);
  const columns: Box[][] = Array.from({ length: Math.max(-1, ...layers.values()) + 1 }, () => []);
  for (const box of boxes) columns[layers.get(nameOf(box)) ?? 0]?.push(box);
  for (let index = columns.length - 2; index >= 0; index--) {
    const later = columns.slice(index + 1).flat();
    const orderOf = (box: Box): number =>
      mean(later.flatMap((next, order) => (next.after.includes(nameOf(box)) ? [order] : []))) ?? later.length;
    columns[index] = sortedBy(columns[index] ?? [], orderOf);
  }
  return columns;
}

/** Column of each box. One that others come after stands just before the first of them; the others as far left as they may. */
function layersOf(boxes: readonly Box[]): ReadonlyMap<string, number> {
  const byName = new Map(boxes.map((box) => [nameOf(box), box]));
  const layers = new Map<string, number>();
  const earliest = (name: string): number => {
    const known = layers.get(name);
    if (known !== undefined) return known;
    // A circle, which no synth makes, ends here.
    layers.set(name, 0);
    const layer =
      Math.max(-1, ...(byName.get(name)?.after ?? []).filter((each) => byName.has(each)).map(earliest)) + 1;
    layers.set(name, layer);
    return layer;
  };
  for (const box of boxes) earliest(nameOf(box));
  const lastFirst = sortedBy(boxes, (box) => -(layers.get(nameOf(box)) ?? 0));
  for (const box of lastFirst) {
    const next = boxes
      .filter(({ after }) => after.includes(nameOf(box)))
      .map((each) => layers.get(nameOf(each)) ?? 0);
    if (next.length > 0) layers.set(nameOf(box), Math.max(0, Math.min(...next) - 1));
  }
  return layers;
}

/** How far down each box stands: evenly in the fullest column, and in the others beside what it is tied to there. */
function rowsOf(columns: readonly (readonly Box[])[]): ReadonlyMap<string, number> {
  const rows = new Map<string, number>();
  const fullest = columns.reduce(
    (most, { length }, index) => (length > (columns[most]?.length ?? 0) ? index : most),
    0,
  );
  const place = (column: readonly Box[], tiesOf: (box: Box) => readonly string[]): void => {
    let free = -Infinity;
    for (const [index, box] of column.entries()) {
      const wanted = mean(tiesOf(box).flatMap((name) => rows.get(name) ?? [])) ?? index * ROW;
      const row = Math.max(wanted, free);
      rows.set(nameOf(box), row);
      free = row + ROW;
    }
  };
  place(columns[fullest] ?? [], () => []);
  for (const column of columns.slice(fullest + 1)) place(column, ({ after }) => after);
  const all = columns.flat();
  for (const column of columns.slice(0, fullest).reverse())
    place(column, (box) => all.filter(({ after }) => after.includes(nameOf(box))).map(nameOf));
  return rows;
}

const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;

function sortedBy(boxes: readonly Box[], orderOf: (box: Box) => number): Box[] {
  return boxes
    .map((box) => ({ box, order: orderOf(box) }))
    .sort((a, b) => a.order - b.order)
    .map(({ box }) => box);
}
