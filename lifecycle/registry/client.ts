import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Tries of one call, the waits between them growing to some seconds: a throttled table is given about half a minute. */
const ATTEMPTS = 8;

/** Time to connect, and time without an answer, of one try. */
const ATTEMPT_MS = { connect: 2000, answer: 5000 } as const;

/** A client of the table itself, which is in the platform's home region. */
export const registryClient = (region: string): DynamoDBClient =>
  new DynamoDBClient({
    region,
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: ATTEMPT_MS.connect,
      requestTimeout: ATTEMPT_MS.answer,
      throwOnRequestTimeout: true,
    },
  });
