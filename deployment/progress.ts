import { countsText } from '../review/risk-report';
import type { DeployEvent, StackResult } from './events';

/** Where progress is written. */
export interface Output {
  write(text: string): unknown;
}

/** Prints events as lines of JSON, for machines. */
export const jsonReporter =
  (out: Output) =>
  (event: DeployEvent): void => {
    out.write(`${JSON.stringify(event)}\n`);
  };

/** How often a stack that takes long says how far it is, in milliseconds. */
const EVERY_MS = 15_000;

/** Prints progress for a person: what each stack will do, what was found, and at the end what exists and what does not. */
export function humanReporter(out: Output): (event: DeployEvent) => void {
  let order: readonly string[] = [];
  const told = new Map<string, number>();
  const line = (stack: string, text: string): void => {
    const place = String(order.indexOf(stack) + 1).padStart(String(order.length).length);
    out.write(`[${place}/${String(order.length)}] ${stack} ${text}\n`);
  };
  return (event) => {
    switch (event.type) {
      case 'start':
        order = event.stacks;
        out.write(`${event.planOnly ? 'Planning' : 'Deploying'} ${stacksText(order.length)}\n`);
        break;
      case 'stack_start':
        told.set(event.stack, Date.now());
        line(event.stack, '…');
        break;
      case 'stack_plan':
        line(event.stack, countsText(event.risk));
        for (const { level, address, what } of event.risk.findings)
          out.write(`    ${level === 'high' ? '!!' : ' !'} ${address} ${what}\n`);
        break;
      case 'resource':
        if (Date.now() - (told.get(event.stack) ?? 0) < EVERY_MS) break;
        told.set(event.stack, Date.now());
        line(event.stack, `${String(event.done)} of ${String(event.total)} done, ${event.address} last`);
        break;
      case 'stack_end':
        line(event.stack, `${event.status}, ${event.seconds.toFixed(1)} s`);
        for (const text of failureLines(event)) out.write(`${text}\n`);
        break;
      case 'summary':
        out.write(`\n${outcome(event.stacks, event.interrupted)}\n`);
        break;
    }
  };
}

const stacksText = (count: number): string => `${String(count)} ${count === 1 ? 'stack' : 'stacks'}`;

const failureLines = ({ failures }: StackResult): readonly string[] =>
  failures.flatMap(({ address, summary, detail }) => [
    `    ${address === undefined ? '' : `${address}: `}${summary}`,
    ...detail
      .split('\n')
      .filter((text) => text.trim() !== '')
      .map((text) => `      ${text}`),
  ]);

/** Names of a list that anybody would read. */
const NAMED = 30;

/** What exists now, what does not, and how to go on. */
function outcome(stacks: readonly StackResult[], interrupted: boolean): string {
  const of = (...statuses: readonly string[]): readonly StackResult[] =>
    stacks.filter(({ status }) => statuses.includes(status));
  const names = (some: readonly StackResult[]): string =>
    some
      .slice(0, NAMED)
      .map(({ stack }) => stack)
      .join(', ') + (some.length > NAMED ? ` and ${String(some.length - NAMED)} more` : '');
  const broken = of('failed', 'refused');
  const isUnfinished = broken.length > 0 || interrupted;
  return [
    ...(of('planned').length > 0 ? [`Planned: ${stacksText(of('planned').length)}`] : []),
    ...(of('applied').length > 0 ? [`Changed: ${names(of('applied'))}`] : []),
    ...(of('destroyed').length > 0 ? [`Destroyed: ${names(of('destroyed'))}`] : []),
    ...(of('unchanged').length > 0 ? [`Was as it should be: ${stacksText(of('unchanged').length)}`] : []),
    ...broken.map(({ stack, status, done, risk }) =>
      status === 'refused'
        ? `Refused: ${stack}. Nothing of it was changed`
        : `Failed: ${stack}. ${done.length === 0 ? 'Nothing of it was changed' : `${String(done.length)} of ${String(risk?.changes.length ?? done.length)} resources were changed, the last ${done.at(-1) ?? ''}`}`,
    ),
    ...(of('skipped').length > 0 ? [`Not begun, and as before: ${names(of('skipped'))}`] : []),
    ...(isUnfinished
      ? ['Next: put the cause right and run the same again. What is changed already has nothing left to do']
      : []),
  ].join('\n');
}
