import type { Finding, Risk } from './finding';

/** One side of a review. */
export interface Side {
  /** As it was asked for: `main`, `cdktf.out/prod`. */
  readonly label: string;
  /** Commit, where it is a revision. */
  readonly commit?: string;
  readonly environment: string;
}

/** The difference between two synthesized platforms, told in terms of tenants, data and risk. Plain data; the same bytes for the same two. */
export interface Review {
  readonly base: Side;
  readonly head: Side;
  readonly risk: Risk;
  /** Who is affected, worst first. */
  readonly affected: readonly Affected[];
  /** Stacks that differ, in the order in which they are deployed. */
  readonly stacks: readonly StackReview[];
  /** Promises that are kept worse than before, or better; quotas and capacity that are used. */
  readonly promises: readonly PromiseChange[];
  /** Stacks that are the same on both sides. */
  readonly unchanged: number;
  /** Changes that nobody has to look at and that were left out: order, hashes, words. */
  readonly noise: number;
}

/** A part of the platform's users. */
export interface Affected {
  /** `tenant acme in use1a`, `tier starter in use1a`, `everybody in use1a`, `the platform`: in words, `who` below says it as data. */
  readonly text: string;
  readonly who: Owner;
  readonly risk: Risk;
  /** Ids of the dedicated tenants that a stack which everybody in a cell shares is felt by; sorted. */
  readonly dedicated: readonly string[];
  /** Names of the stacks of theirs that differ. */
  readonly stacks: readonly string[];
  readonly findings: readonly ReviewFinding[];
}

/** Whose a stack is, as its tags say. A part that is missing is shared. */
export interface Owner {
  readonly cell?: string;
  readonly tier?: string;
  /** A dedicated tenant. */
  readonly tenant?: string;
  /** Place of pooled tenants' data, as its stack is named: `data-shard-1`. */
  readonly shard?: string;
}

export interface StackReview {
  readonly stack: string;
  readonly owner: Owner;
  /** Whether the stack is on both sides, or only on one. One that is gone keeps all that it deployed. */
  readonly fate: 'new' | 'changed' | 'gone';
  readonly risk: Risk;
  /** Worst first. */
  readonly findings: readonly ReviewFinding[];
  readonly counts: Readonly<Record<ResourceFate, number>>;
  /** Every resource that differs, with the attributes that do. */
  readonly changes: readonly ResourceReview[];
}

export interface ReviewFinding extends Finding {
  readonly stack: string;
  /** What to do about it, if there is something: `moveFromId(…)`. */
  readonly advice?: string;
}

/** `forget`: Terraform lets it be, and no longer knows it. `move`: it goes on at another address. */
export type ResourceFate = 'create' | 'change' | 'replace' | 'destroy' | 'move' | 'forget';

export interface ResourceReview {
  /**
   * Terraform's address; of an object in a chart, `helm_release.x: Kind namespace/name`; of what all resources of a stack go
   * by, `provider.aws` and `terraform`.
   */
  readonly address: string;
  /** `aws_kms_key`; of an object in a chart, `k8s/<apiVersion>/<Kind>`; `provider/aws`, `terraform`. */
  readonly type: string;
  readonly fate: ResourceFate;
  /** Where a moved one was before: an address, of one that came from another stack `<stack>: <address>`. */
  readonly from?: string;
  /** Attributes that differ, by path, shortened for people. */
  readonly attributes: readonly {
    readonly path: string;
    readonly before?: string;
    readonly after?: string;
  }[];
}

export interface PromiseChange {
  readonly level: 'none' | 'low' | 'high';
  /** `quota`, `capacity`, `isolation` */
  readonly guarantee: string;
  /** `use1a: NLBs per region` */
  readonly subject: string;
  /** `12 of 50 before, 14 of 50 now` */
  readonly text: string;
}
