/** A stack as it is on both sides; undefined where it is not. */
export interface StackPair {
  readonly name: string;
  readonly base?: StackFiles;
  readonly head?: StackFiles;
  /** Ids of all dedicated tenants of both sides: none of them has a place in another one's stack. @default none */
  readonly tenants?: readonly string[];
}

interface StackFiles {
  /** Absolute path of what holds its file and assets. */
  readonly folder: string;
  /** Absolute path of its `cdk.tf.json`. */
  readonly file: string;
  /** Names of stacks that are deployed before it. @default none */
  readonly dependencies?: readonly string[];
}
