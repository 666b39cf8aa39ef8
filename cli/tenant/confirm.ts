import { createInterface } from 'node:readline/promises';
import { Refused } from '../../lifecycle/mistake';

/**
 * @param question ends without a question mark: `Apply this plan`
 * @param word what must be typed, where a `y` is typed too easily. @default - `y` or `yes`
 */
export type Confirm = (question: string, word?: string) => Promise<void>;

/** Asks whoever sits at the terminal. Where nobody does, only `--yes` can say it. */
export const confirmBy =
  ({ yes, json }: { readonly yes?: true; readonly json?: true }): Confirm =>
  async (question, word) => {
    if (yes === true) return;
    if (json === true || !process.stdin.isTTY || !process.stdout.isTTY) {
      throw new Refused(`${question}: nobody is there to ask`, ['add --yes to say it in the command']);
    }
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    try {
      const hint = word === undefined ? '[y/N]' : `Type ${word}`;
      const answer = (await terminal.question(`${question}? ${hint} `)).trim();
      const agrees = word === undefined ? /^y(es)?$/i.test(answer) : answer === word;
      if (!agrees) throw new Refused(`${question}: no`, ['nothing was changed by this step']);
    } finally {
      terminal.close();
    }
  };
