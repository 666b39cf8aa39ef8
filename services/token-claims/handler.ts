import { settingsIn } from './settings';
import { dynamoRegistry, registryClient } from './registry';
import { answer, type Answer } from './token-claims';

const { tableArn, tableRegion, ...settings } = settingsIn(process.env);
const registry = dynamoRegistry({ tableArn, client: registryClient(tableRegion) });

/** What Cognito calls before it makes tokens. */
export const handler = (event: unknown): Promise<Answer> =>
  answer(event, {
    ...settings,
    registry,
    now: Date.now,
    // Not by the console, which would put its own words before each line.
    log: (line) => process.stdout.write(`${line}\n`),
  });
