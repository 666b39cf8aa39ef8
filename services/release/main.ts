import { ambientCredentials } from '../valkey/iam-token';
import { systemClock } from './clock';
import { run } from './run';

void run({
  environment: process.env,
  clock: systemClock,
  credentials: ambientCredentials(process.env),
  write: (line) => process.stdout.write(`${line}\n`),
}).then((isDone) => {
  if (!isDone) process.exitCode = 1;
});
