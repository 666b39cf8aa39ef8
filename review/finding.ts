/** How much a change may hurt: nothing to look at, worth a look, or to be approved by a person. */
export const RISKS = ['none', 'low', 'high'] as const;
export type Risk = (typeof RISKS)[number];

/**
 * What is wrong with a change. With stack and address, it names a finding for good.
 *
 * `contract`: what a stack tells others changes; `limit`: something may take more than it could;
 * `move`: it would be made again only because it is called otherwise, or is in another stack; `order`:
 * stacks are deployed one after the other in another way; `state`: Terraform no longer knows what it
 * deployed, or deploys it elsewhere; `unseen`: a person must read what no rule can judge.
 */
export type FindingKind =
  | 'contract'
  | 'data'
  | 'delivery'
  | 'encryption'
  | 'guarantee'
  | 'identity'
  | 'isolation'
  | 'limit'
  | 'move'
  | 'network'
  | 'order'
  | 'protection'
  | 'removed'
  | 'state'
  | 'unseen';

export interface Finding {
  readonly level: 'low' | 'high';
  readonly kind: FindingKind;
  /** Terraform's address of the resource; of what is about a whole stack, the stack's name. */
  readonly address: string;
  /** One sentence for a person, without the address. */
  readonly what: string;
}

/** The higher of risks; `none` of none. */
export const highest = (risks: readonly Risk[]): Risk =>
  risks.reduce<Risk>((worst, risk) => (isAbove(risk, worst) ? risk : worst), 'none');

export const isAbove = (risk: Risk, limit: Risk): boolean => RISKS.indexOf(risk) > RISKS.indexOf(limit);

/** A finding, in one word that stays the same in every plan of the same change. */
export const findingId = (stack: string, { address, kind }: Finding): string => `${stack} ${kind} ${address}`;
