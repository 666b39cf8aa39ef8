import type { Finding } from '../finding';
import type { Change as PlannedChange, Lifecycle, ResourceChange, Values } from '../plan';
import type { ResourceFate, ResourceReview } from '../report';
import { attributesOf } from './attributes';
import type { Difference } from './differences';

/** What becomes of one resource, and of what stands for one. */
export interface Change {
  readonly address: string;
  readonly type: string;
  readonly fate: ResourceFate;
  /** Where it was before. */
  readonly from?: string;
  readonly before: Values | null;
  readonly after: Values | null;
  readonly lifecycle?: { readonly before?: Lifecycle; readonly after?: Lifecycle };
  readonly found: readonly Difference[];
  /** Whether rules judge it. What a data source asks, for one, is judged by what is made of the answer. */
  readonly isJudged: boolean;
  /** What the comparison itself has to say of it. */
  readonly findings: readonly (Omit<Finding, 'address'> & { readonly advice?: string })[];
}

const ACTIONS: Readonly<Record<ResourceFate, PlannedChange['actions']>> = {
  create: ['create'],
  change: ['update'],
  replace: ['delete', 'create'],
  destroy: ['delete'],
  move: ['update'],
  forget: ['forget'],
};

/** A change in the shape in which rules read one of a plan. */
export const asPlanned = ({ address, type, fate, before, after, lifecycle }: Change): ResourceChange => ({
  address,
  mode: 'managed',
  type,
  change: { actions: ACTIONS[fate], before, after },
  ...(lifecycle && { lifecycle }),
});

export const asReviewed = ({ address, type, fate, from, found }: Change): ResourceReview => ({
  address,
  type,
  fate,
  ...(from !== undefined && { from }),
  attributes: attributesOf(found),
});
