import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { valkeyClient } from '../valkey/client';
import { valkeyConfig } from '../valkey/config';
import { updateLevel } from './load-level';
import { settingsIn } from './settings';

const settings = settingsIn(process.env);
const valkey = valkeyClient(valkeyConfig(process.env));
const cloudwatch = new CloudWatchClient({
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true },
});

/** What EventBridge calls each minute, and when a load alarm changes. What it says does not matter: all alarms are read. */
export const handler = async (): Promise<void> => {
  await updateLevel({
    ...settings,
    cloudwatch,
    valkey,
    now: Date.now,
    log: (line) => process.stdout.write(`${line}\n`),
  });
};
