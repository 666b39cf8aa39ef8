import type { RehearsalEvent, StackResult } from './events';

/** Where progress is written: a terminal redraws its status line, anything else gets plain lines. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Prints events as lines of JSON, for machines. */
export function jsonReporter(out: Output): (event: RehearsalEvent) => void {
  return (event) => {
    out.write(`${JSON.stringify(event)}\n`);
  };
}

/**
 * Prints progress for a person: a line when a stack starts and ends, one moving line of resources done where
 * the output is a terminal, and a table at the end.
 *
 * @param next lines that say what to do after this rehearsal, by its outcome
 */
export function humanReporter(
  out: Output,
  next: (summary: Extract<RehearsalEvent, { type: 'summary' }>) => readonly string[],
): (event: RehearsalEvent) => void {
  const active = new Map<string, { done: number; total: number }>();
  let order: readonly string[] = [];
  let ended = 0;
  let startedAt = Date.now();
  let statusShown = false;

  const clear = (): void => {
    if (statusShown) out.write('\r\u001b[2K');
    statusShown = false;
  };
  const line = (text: string): void => {
    clear();
    out.write(`${text}\n`);
  };
  const status = (): void => {
    if (out.isTTY !== true || active.size === 0) return;
    clear();
    const parts = [...active].map(([stack, { done, total }]) => `${stack} ${String(done)}/${String(total)}`);
    const text = `  ${seconds((Date.now() - startedAt) / 1000)}  ${parts.join('  ')}`;
    out.write(text.slice(0, (out.columns ?? 80) - 1));
    statusShown = true;
  };
  const place = (stack: string): string =>
    `[${String(order.indexOf(stack) + 1).padStart(String(order.length).length)}/${String(order.length)}]`;

  return (event) => {
    switch (event.type) {
      case 'start':
        order = event.stacks;
        startedAt = Date.now();
        line(
          `${event.mode === 'destroy' ? 'Destroying' : 'Rehearsing'} ${event.environment}: ${plural(order.length, 'stack')} ` +
            `with ${event.engine}, against stand-ins on this machine${event.resumed ? ' (going on from an unfinished rehearsal)' : ''}`,
        );
        break;
      case 'stack_start':
        active.set(event.stack, { done: 0, total: 0 });
        line(`${place(event.stack)} ${event.stack} …`);
        break;
      case 'stack_plan':
        active.set(event.stack, { done: 0, total: event.create + event.change + event.destroy });
        break;
      case 'replace':
        line(`${place(event.stack)} ${event.stack}: ${event.address} will be REPLACED`);
        break;
      case 'resource':
        active.set(event.stack, { done: event.done, total: event.total });
        break;
      case 'note':
        line(`${place(event.stack)} ${event.stack}: ${event.text}`);
        break;
      case 'stack_end':
        active.delete(event.stack);
        ended++;
        line(
          `${place(event.stack)} ${event.stack} ${event.status}: ${countsOf(event)}, ${seconds(event.seconds)} (${String(ended)} of ${String(order.length)} done)`,
        );
        for (const text of failureLines(event)) line(text);
        break;
      case 'summary':
        line('');
        for (const text of table(event.stacks)) line(text);
        line('');
        line(
          `${plural(event.stacks.length, 'stack')} in ${seconds(event.seconds)}${event.interrupted ? ', interrupted' : ''}`,
        );
        for (const text of next(event)) line(text);
        break;
    }
    status();
  };
}

/** The error of a failed stack, indented below its line: resource, Terraform's summary, Terraform's detail. */
function failureLines({ failures }: StackResult): readonly string[] {
  return failures.flatMap(({ address, summary, detail }) => [
    `    ${address === undefined ? '' : `${address}: `}${summary}`,
    ...detail
      .split('\n')
      .filter((text) => text.trim() !== '')
      .map((text) => `      ${text}`),
  ]);
}

function table(stacks: readonly StackResult[]): readonly string[] {
  const rows = [
    ['stack', 'status', 'created', 'changed', 'destroyed', 'seconds'],
    ...stacks.map((stack) => [
      stack.stack,
      stack.blockedBy === undefined ? stack.status : `skipped (${stack.blockedBy} failed)`,
      String(stack.created),
      String(stack.changed),
      String(stack.destroyed),
      stack.seconds.toFixed(1),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

function countsOf({ created, changed, destroyed }: StackResult): string {
  return `${String(created)} created, ${String(changed)} changed, ${String(destroyed)} destroyed`;
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

function plural(count: number, word: string): string {
  return `${String(count)} ${word}${count === 1 ? '' : 's'}`;
}
