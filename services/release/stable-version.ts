import * as z from 'zod/mini';
import { attemptSchema } from './attempts';
import type { PodSpecTemplate } from './pod-template';

/**
 * What a rollout goes back to, kept in an annotation of the pod template that replaced it: Argo Rollouts goes back to pods, but
 * by its template alone can it be told to.
 */
const stableSchema = z.object({
  /** Of the pods, as `status.stableRS` names them. */
  hash: z.string(),
  attempt: attemptSchema,
  /** Migration that it needs; empty if none. */
  schema: z.string(),
  template: z.custom<PodSpecTemplate>((value: unknown) => typeof value === 'object' && value !== null),
});
export type StableVersion = z.infer<typeof stableSchema>;

/** Only the release program reads and writes it. */
export const STABLE_ANNOTATION = 'bulkhead/stable';

/** The version in an annotation; none if it cannot be read, for then nobody knows. */
export function readStable(annotation: string | undefined): StableVersion | undefined {
  try {
    const { success, data } = stableSchema.safeParse(JSON.parse(annotation ?? 'null'));
    return success ? data : undefined;
  } catch {
    return undefined;
  }
}
