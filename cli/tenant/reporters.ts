import type { Emit, LifecycleEvent } from '../../lifecycle/events';

/** Where progress is written. */
export interface Output {
  write(text: string): unknown;
}

/** Prints events as lines of JSON, for machines. */
export const jsonReporter =
  (out: Output): Emit =>
  (event) => {
    out.write(`${JSON.stringify(event)}\n`);
  };

const DOING = { onboard: 'Onboarding', move: 'Moving', offboard: 'Offboarding' } as const;

/** A phase that took longer says how long, in seconds. */
const WORTH_TELLING = 1;

type Of<T extends LifecycleEvent['type']> = Extract<LifecycleEvent, { readonly type: T }>;

/** Prints progress for a person: each phase as it begins, what is worth a line in it, and at the end what is there and what to do. */
export function humanReporter(out: Output): Emit {
  let phases: Of<'start'>['phases'] = [];
  const line = (text: string): void => {
    out.write(`${text}\n`);
  };
  const place = (phase: string): string => {
    const at = phases.findIndex(({ name }) => name === phase) + 1;
    return `[${String(at).padStart(String(phases.length).length)}/${String(phases.length)}]`;
  };
  return (event) => {
    switch (event.type) {
      case 'start':
        phases = event.phases;
        line(`${DOING[event.kind]} ${event.tenant} (key ${event.key})${resumed(event, place)}`);
        break;
      case 'phase_start':
        line(`${place(event.phase)} ${event.title}`);
        break;
      case 'note':
        for (const text of event.text.split('\n')) line(`      ${text}`);
        break;
      case 'phase_end':
        if (event.skipped) line('      done before');
        else if (event.seconds >= WORTH_TELLING) line(`      ${seconds(event.seconds)}`);
        break;
      case 'waiting':
        line(`      ${event.text}${event.until === undefined ? '' : ` (until ${event.until})`}`);
        list(line, 'Next:', event.next);
        break;
      case 'failed':
        line(`\nFailed: ${event.message}`);
        list(line, 'There already:', event.exists);
        list(line, 'Not there yet:', event.missing);
        list(line, 'Next:', event.next);
        break;
      case 'end':
        line(`${event.outcome === 'done' ? 'Done' : 'Undone'} in ${seconds(event.seconds)}`);
        break;
    }
  };
}

const seconds = (value: number): string => `${value.toFixed(1)} s`;

const resumed = ({ resumedAt }: Of<'start'>, place: (phase: string) => string): string =>
  resumedAt === undefined ? '' : `: goes on at ${place(resumedAt)} ${resumedAt}`;

function list(line: (text: string) => void, head: string, entries: readonly string[]): void {
  if (entries.length === 0) return;
  line(head);
  for (const entry of entries) line(`  ${entry.replaceAll('\n', '\n  ')}`);
}
