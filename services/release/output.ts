/** Longest text of others that is passed on, in characters: theirs may be pages. */
const MAX_FOREIGN = 2000;

/** Why a run ended, and what whoever reads that should do. Its text is for people: print it without a stack trace. */
export class Failure extends Error {
  public constructor(
    message: string,
    /** What to do next, in a sentence. */
    public readonly next: string,
  ) {
    super(message);
  }
}

/**
 * What a run prints. What it was told is a secret never appears, whatever text it is in: answers of others are printed, and
 * might repeat what was sent.
 */
export class Output {
  private readonly secrets = new Set<string>();

  /** @param write takes a line */
  public constructor(
    private readonly write: (line: string) => void,
    /** Where this run is: `ring canary, cell use1a, owner tier-starter`. */
    public readonly place: string,
  ) {}

  /** From now on, prints `***` instead. Short texts are no secrets: they would hide half of what is printed. */
  public keepSecret(text: string): void {
    if (text.length >= 8) this.secrets.add(text);
  }

  public tell(text: string): void {
    for (const line of text.split('\n')) this.write(this.clean(line));
  }

  /** Why a run ended, in the words for a person who knows nothing of it yet. */
  public fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const next =
      error instanceof Failure ? error.next : 'run the step again; it goes on where this one ended.';
    this.tell(`FAILED: ${this.place}`);
    this.tell(`  what happened: ${text.replaceAll('\n', '\n    ')}`);
    this.tell(`  what to do: ${next}`);
  }

  /** The last line, for machines. */
  public summary(summary: Readonly<Record<string, unknown>>): void {
    this.write(this.clean(JSON.stringify(summary)));
  }

  private clean(line: string): string {
    let clean = line;
    for (const secret of this.secrets) clean = clean.replaceAll(secret, '***');
    return clean;
  }
}

/** Text of somebody else, as a part of one line. */
export const quoted = (text: string): string =>
  // Control characters could make a log show what is not there.
  text
    .trim()
    .replace(/\s*\n\s*/g, '; ')
    .replace(/\p{C}/gu, '')
    .slice(0, MAX_FOREIGN);
