import type { Box } from './picture';

/** Something with a place in the picture, in pixels from its upper left corner. */
export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedBox extends Placed {
  readonly box: Box;
}

/** Measures of the picture, in pixels. */
export const SIZES = {
  width: 1000,
  margin: 20,
  title: 58,
  padding: 20,
  gap: 14,
  /** Between columns of boxes, where the lines are. */
  lane: 40,
  box: 36,
  /** Title of a cell, a tier or a tenant. */
  heading: 40,
  line: 18,
  tenantWidth: 190,
  /** Least width of a tier without tenants. */
  tierWidth: 214,
  legend: 44,
} as const;
