import type { Platform } from '../config/platform';
import { capacity } from './capacity';
import type { Guarantee, Verdict } from './guarantee';
import { quota } from './quota';

/** Every promise that synth checks. */
const GUARANTEES: readonly Guarantee[] = [capacity, quota];

/** What all guarantees find about a platform. */
export const checkGuarantees = (platform: Platform): readonly Verdict[] =>
  GUARANTEES.flatMap((guarantee) => guarantee(platform));
