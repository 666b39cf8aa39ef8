import type { Client, ClientConfig } from 'pg';
import type { Platform } from '../config/platform';
import type { Place, Registry } from './registry';

/**
 * Where an operation happens: on AWS, or in a rehearsal on this machine. Everything that an operation does to the world, it does
 * through here.
 */
export interface Surroundings {
  readonly kind: 'aws' | 'rehearsal';
  readonly environment: string;
  /** Folder of the project. */
  readonly root: string;
  /** Folder that holds the environments' config; of a rehearsal a copy, so that the project's own stays as it is. */
  readonly configFolder: string;
  readonly registry: Registry;
  readonly stacks: Stacks;
  readonly databases: Databases;
  readonly tokens: Tokens;
  /** Where commands run that need a cell's databases or cache. @default - here: a rehearsal has all on this machine */
  readonly operations?: Operations;
  /** Now, in milliseconds since 1970. */
  now(): number;
  /** Who asks: the caller's ARN, which AWS says; in a rehearsal what `--as` says. */
  caller(): Promise<string>;
  /** Config as it is now, read anew. @throws ConfigError */
  platform(): Platform;
  /** Ends what was started here. */
  close(): Promise<void>;
}

/** Stacks: synthesized, planned and applied. */
export interface Stacks {
  /** Synthesizes the stacks that match, into a folder of these alone. @throws LifecycleError with what synth says */
  synthesize(patterns: readonly string[], tell?: Tell): Promise<SynthesizedStacks>;
  /** Whether a stack is there at all: a rehearsed world has what was rehearsed, an account all that the platform is. */
  has(stack: string): boolean;
  /** What a stack published; undefined before it is deployed. */
  contract(place: {
    readonly cell?: string;
    readonly stack: string;
  }): Promise<Readonly<Record<string, string>> | undefined>;
}

export interface SynthesizedStacks {
  /** What an apply would do, in a few lines for people, and the highest risk. */
  plan(tell?: Tell): Promise<StacksPlan>;
  /**
   * Applies what was planned; without a plan before, only what is of low risk or none.
   *
   * @throws LifecycleError with Terraform's words; what is applied stays, and is found unchanged the next time
   */
  apply(tell: Tell): Promise<void>;
  /** Destroys. @throws LifecycleError with Terraform's words */
  destroy(tell: Tell): Promise<void>;
}

/** Takes a line for people while something takes long. */
export type Tell = (text: string) => void;

export interface StacksPlan {
  readonly text: string;
  readonly risk: 'none' | 'low' | 'high';
  /** Resources that it touches. */
  readonly changes: number;
}

/** Roles of `constructs/data/sql/002-roles.sql`, without `bulkhead_`. */
export type DatabaseRole = 'migrator' | 'mover';

/** Databases of tenants. */
export interface Databases {
  /**
   * Connects to the writer of a place as a role that may read and write rows of every tenant, or as the one that copies
   * by logical replication.
   */
  connect(place: Place, as: DatabaseRole): Promise<Client>;

  /** Where and how to connect, for clients of other kinds: those of replication. Good for 15 minutes. */
  access(place: Place, as: DatabaseRole): Promise<ClientConfig>;
}

/** Projects in cells that run commands of `bulkhead tenant` (`constructs/operations`). */
export interface Operations {
  /**
   * Has a cell run a command, and waits until it ends.
   *
   * @param words what stands after `bulkhead tenant`, without options that say where
   * @param signal aborted by who does not want to wait: what runs goes on
   * @throws LifecycleError when it cannot be started
   */
  run(
    cell: string,
    words: readonly string[],
    options: { readonly tell: Tell; readonly signal?: AbortSignal },
  ): Promise<OperationsRun>;
}

export interface OperationsRun {
  /** Its id, for people and for AWS. */
  readonly build: string;
  readonly outcome: 'done' | 'failed' | 'goes on';
  /** A command that shows what it has said. */
  readonly log: string;
}

/** Tokens of tenants' own machines and what they are good for. */
export interface Tokens {
  /**
   * Gets a token as the tenant's machine does and calls the tenant's gateway with it.
   *
   * @returns what was seen, for people
   * @throws LifecycleError when the token is another's or the call is refused
   */
  smoke(tenantId: string, place: Place, tell?: Tell): Promise<readonly string[]>;
  /** Ends all tokens of the tenant that are out, within some seconds. @throws LifecycleError when the cell's list cannot be reached */
  revoke(tenantId: string, place: Place): Promise<void>;
}
