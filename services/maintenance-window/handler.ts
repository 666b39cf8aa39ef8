import { CodePipelineClient } from '@aws-sdk/client-codepipeline';
import { type Answer, openWindow } from './maintenance-window';
import { settingsIn } from './settings';

const settings = settingsIn(process.env);
const codepipeline = new CodePipelineClient({ maxAttempts: 4 });

/** What EventBridge Scheduler calls in each quarter of an hour of a window. */
export const handler = (event: unknown): Promise<Answer> =>
  openWindow(event, {
    ...settings,
    // The client takes each command as its own; together they are what it can send.
    send: (command) => codepipeline.send(command as never),
    now: () => new Date(),
    log: (line) => process.stdout.write(`${line}\n`),
  });
