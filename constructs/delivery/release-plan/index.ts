export * from './contract';
export * from './types';
export { checkPlan, problemsOf } from './check';
export { MAX_ALARMS_OF_A_WAVE, RING_PARTS, reachedBy, type Reached } from './parts';
export { planRelease } from './plan';
export * from './machine';
export * from './state';
