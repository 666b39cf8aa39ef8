import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsOperations } from '../../lifecycle/surroundings/aws/operations';
import { testPlatform } from '../stacks/fixture';

/** CodeBuild, as far as it is asked: it keeps what it is told, and a build ends at the third look. */
let server: Server;
let asked: {
  readonly target: string;
  readonly body: Record<string, unknown>;
  readonly authorization: string;
}[];
let ends: 'SUCCEEDED' | 'FAILED';
const BUILD = 'bulkhead-prod-use1a-operations:b8d1';

beforeEach(async () => {
  [asked, ends] = [[], 'SUCCEEDED'];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const target = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
      asked.push({
        target,
        body: JSON.parse(text) as Record<string, unknown>,
        authorization: request.headers.authorization ?? '',
      });
      const looks = asked.filter((each) => each.target === 'BatchGetBuilds').length;
      const now =
        looks < 3
          ? { id: BUILD, buildComplete: false, currentPhase: 'BUILD' }
          : { id: BUILD, buildComplete: true, buildStatus: ends };
      const answer = target === 'StartBuild' ? { build: { id: BUILD } } : { builds: [now] };
      response.setHeader('content-type', 'application/x-amz-json-1.1').end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterEach(async () => {
  await new Promise((done) => server.close(done));
});

const taken: string[] = [];
const operations = (lookMs = 1): AwsOperations =>
  new AwsOperations({
    platform: () => testPlatform(),
    credentials: {
      of: (roleArn) => () => {
        taken.push(roleArn);
        return Promise.resolve({
          ...{ accessKeyId: 'AKIAX', secretAccessKey: 'x', sessionToken: 'x' },
          expiration: new Date(Date.now() + 900_000),
        });
      },
    },
    client: { endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` },
    lookMs,
  });

test('a cell runs the words of a command as they are, in its own region, as a role that may start nothing else', async () => {
  const told: string[] = [];
  const run = await operations().run('use1a', ['move', 'acme', '--shard', 'data-shard-2'], {
    tell: (text) => told.push(text),
  });
  expect(asked[0]).toMatchObject({
    target: 'StartBuild',
    body: {
      projectName: 'bulkhead-prod-use1a-operations',
      environmentVariablesOverride: [
        { name: 'ARGUMENTS', value: '["move","acme","--shard","data-shard-2"]', type: 'PLAINTEXT' },
      ],
    },
    authorization: expect.stringContaining('/us-east-1/codebuild/') as string,
  });
  expect(new Set(taken)).toEqual(
    new Set(['arn:aws:iam::222222222222:role/bulkhead-prod-use1a-start-operations']),
  );
  const log =
    'aws logs tail /aws/codebuild/bulkhead-prod-use1a-operations --log-stream-name-prefix b8d1 --region us-east-1 --follow';
  expect(run).toEqual({ build: BUILD, outcome: 'done', log });
  expect(told).toEqual([`use1a runs it: build ${BUILD}`, log, 'build']);
});

test('a build that fails is a failure', async () => {
  ends = 'FAILED';
  expect(await operations().run('use1a', ['suspend', 'acme'], { tell: () => undefined })).toMatchObject({
    outcome: 'failed',
  });
});

test('who does not want to wait leaves, and the build goes on', async () => {
  const interrupt = new AbortController();
  const run = operations(60_000).run('use1a', ['suspend', 'acme'], {
    tell: (text) => {
      if (text === 'build') interrupt.abort();
    },
    signal: interrupt.signal,
  });
  expect(await run).toMatchObject({ outcome: 'goes on' });
  expect(asked.map(({ target }) => target)).toEqual(['StartBuild', 'BatchGetBuilds']);
});
