/** Exit codes of every command `bulkhead tenant …`, by what they mean. */
export const EXIT = {
  /** What was asked is done, or was done before. */
  done: 0,
  /** It failed on the way. What is there is said; the same command goes on. */
  failed: 1,
  /** What was asked makes no sense, or nothing could be begun: config, request, options, credentials. Nothing was changed. */
  unusable: 2,
  /** It is not allowed, or somebody has said no. Nothing was changed. */
  refused: 3,
  /** It waits for time to pass or for somebody to agree. The same command goes on. */
  waiting: 4,
  /** Ctrl-C. The same command goes on. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
