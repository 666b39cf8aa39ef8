import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { Invalid } from './expressions';
import { Answered, Table } from './table';

/** What goes wrong with a call: it is refused for want of capacity or for another transaction, or is carried out and not answered. */
export type Fault = 'throttled' | 'conflict' | 'broken' | 'lost' | 'unprocessed';

type Operation =
  'GetItem' | 'PutItem' | 'DeleteItem' | 'TransactWriteItems' | 'BatchGetItem' | 'Scan' | 'Query';

/** A server that speaks DynamoDB's protocol for the operations of the registry, and takes nothing that DynamoDB would refuse. */
export class DynamoServer {
  public readonly table: Table;
  /** Calls that came, faulty ones too. */
  public readonly calls: Operation[] = [];
  /** Says what goes wrong with a call. */
  public fault: (operation: Operation) => Fault | undefined = () => undefined;

  private readonly server: Server;

  private constructor(name: string, pageSize: number) {
    this.table = new Table(name, pageSize);
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  public static async start(name = 'tenants', pageSize = 1000): Promise<DynamoServer> {
    const started = new DynamoServer(name, pageSize);
    await once(started.server.listen(0, '127.0.0.1'), 'listening');
    return started;
  }

  public get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  public client(): DynamoDBClient {
    return new DynamoDBClient({
      endpoint: this.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      // As the SDK retries, without its waits.
      retryStrategy: new ConfiguredRetryStrategy(4, () => 1),
    });
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const operation = String(request.headers['x-amz-target']).replace('DynamoDB_20120810.', '') as Operation;
    this.calls.push(operation);
    const fault = this.fault(operation);
    try {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const result = this.answer(operation, body, fault);
      if (fault === 'lost') {
        response.destroy();
        return;
      }
      send(response, 200, result);
    } catch (error) {
      if (error instanceof Answered)
        send(response, error.status, { __type: typeOf(error.type), ...error.more });
      else if (error instanceof Invalid)
        send(response, 400, {
          __type: 'com.amazon.coral.validate#ValidationException',
          message: error.message,
        });
      else throw error;
    }
  }

  private answer(operation: Operation, body: unknown, fault: Fault | undefined): object {
    if (fault === 'throttled') throw new Answered('ProvisionedThroughputExceededException');
    if (fault === 'broken') throw new Answered('InternalServerError', {}, 500);
    if (fault === 'conflict') {
      const count = (body as { TransactItems: readonly unknown[] }).TransactItems.length;
      const reasons = Array.from({ length: count }, (_, at) => ({
        Code: at === 0 ? 'TransactionConflict' : 'None',
      }));
      throw new Answered('TransactionCanceledException', { CancellationReasons: reasons });
    }
    if (fault === 'unprocessed')
      return { Responses: {}, UnprocessedKeys: (body as { RequestItems: object }).RequestItems };
    // Each operation checks the shape of what it is given, as far as it reads it.
    return (this.table[operation] as (request: unknown) => object)(body);
  }
}

const typeOf = (name: string): string => `com.amazonaws.dynamodb.v20120810#${name}`;

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}
