import * as z from 'zod/mini';

const whole = (min: number, max: number) => z.int().check(z.gte(min), z.lte(max));

/** Days as `Date.getUTCDay` counts them. */
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

// Names of stages, actions and pipelines: AWS CodePipeline API Reference.
const name = z.string().check(z.regex(/^[\w.@-]{1,100}$/, 'must be a name of CodePipeline'));

/** What a schedule asks for. Nothing else is taken. */
const request = z.strictObject({
  pipeline: name,
  /** Only stages that wait for a window. */
  stage: name.check(z.regex(/-window$/, 'must be a stage that waits for a window')),
  action: name,
  window: z.strictObject({ day: z.enum(DAYS), hourUtc: whole(0, 23), hours: whole(1, 12) }),
});

export type Request = z.infer<typeof request>;

/**
 * Reads an event.
 *
 * @param pipelinePrefix beginning of the names of the pipelines that may be asked for
 * @throws Error with all that is wrong
 */
export function readRequest(event: unknown, pipelinePrefix: string): Request {
  const { success, data, error } = request.safeParse(event);
  const problems = success
    ? [
        ...(data.pipeline.startsWith(pipelinePrefix)
          ? []
          : [`pipeline: must begin with ${pipelinePrefix}, got ${data.pipeline}`]),
      ]
    : error.issues.map(({ path, message }) => `${path.join('.') || 'event'}: ${message}`);
  if (!success || problems.length > 0)
    throw new Error(['invalid request:', ...problems.map((problem) => `  - ${problem}`)].join('\n'));
  return data;
}

/** Stage of the wave that waits at a stage. */
export const waveOf = (stage: string): string => stage.replace(/-window$/, '');

/** Whether a weekly window, which closes by midnight, is open. */
export function isOpen({ day, hourUtc, hours }: Request['window'], now: Date): boolean {
  const hour = now.getUTCHours();
  return DAYS[now.getUTCDay()] === day && hour >= hourUtc && hour < hourUtc + hours;
}

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** `sun 08:00-12:00 UTC`. */
export const windowText = ({ day, hourUtc, hours }: Request['window']): string =>
  `${day} ${clock(hourUtc)}-${clock(hourUtc + hours)} UTC`;
