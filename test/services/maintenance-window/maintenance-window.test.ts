import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CodePipelineClient } from '@aws-sdk/client-codepipeline';
import { openWindow, type Surroundings } from '../../../services/maintenance-window/maintenance-window';
import { settingsIn } from '../../../services/maintenance-window/settings';

const STAGE = 'enterprise-sun-08-4h-1-window';
const REQUEST = {
  pipeline: 'bulkhead-prod-api',
  stage: STAGE,
  action: 'open',
  window: { day: 'sun', hourUtc: 8, hours: 4 },
};
const IN_WINDOW = '2026-11-29T09:15:00Z';

interface Asked {
  readonly target: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const waiting = (status = 'InProgress', stageName = STAGE, actionName = 'open') => ({
  pipelineName: REQUEST.pipeline,
  stageStates: [
    {
      stageName: 'starter-use1a',
      actionStates: [{ actionName: 'deploy', latestExecution: { status: 'Succeeded' } }],
    },
    {
      stageName,
      actionStates: [
        { actionName, latestExecution: { status, ...(status === 'InProgress' && { token: 'the-token' }) } },
      ],
    },
  ],
});

/** CodePipeline, as far as the function asks it: the real client speaks to it. */
class Pipelines {
  public readonly asked: Asked[] = [];
  public readonly lines: string[] = [];
  public state: object = waiting();
  /** What an approval is answered with. */
  public refusal?: string;
  private server?: Server;
  private client?: CodePipelineClient;

  public async start(): Promise<void> {
    this.server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const target = String(request.headers['x-amz-target']).replace('CodePipeline_20150709.', '');
        this.asked.push({ target, body: JSON.parse(Buffer.concat(parts).toString()) as Asked['body'] });
        const refusal = target === 'PutApprovalResult' ? this.refusal : undefined;
        response.statusCode = refusal ? 400 : 200;
        response.setHeader('content-type', 'application/x-amz-json-1.1');
        response.end(
          JSON.stringify(
            refusal ? { __type: refusal } : target === 'GetPipelineState' ? this.state : { approvedAt: 0 },
          ),
        );
      });
    });
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    const { port } = this.server.address() as AddressInfo;
    this.client = new CodePipelineClient({
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${String(port)}`,
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
      maxAttempts: 1,
    });
  }

  public async stop(): Promise<void> {
    this.client?.destroy();
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  public open(event: unknown = REQUEST, at = IN_WINDOW): ReturnType<typeof openWindow> {
    const surroundings: Surroundings = {
      ...settingsIn({ PIPELINE_PREFIX: 'bulkhead-prod-' }),
      send: async (command) => this.client?.send(command as never),
      now: () => new Date(at),
      log: (line) => this.lines.push(line),
    };
    return openWindow(event, surroundings);
  }
}

let pipelines: Pipelines;
beforeEach(async () => {
  pipelines = new Pipelines();
  await pipelines.start();
});
afterEach(() => pipelines.stop());

it('approves what waits, with its own token and the reason', async () => {
  expect(await pipelines.open()).toBe('opened');
  expect(pipelines.asked).toEqual([
    { target: 'GetPipelineState', body: { name: 'bulkhead-prod-api' } },
    {
      target: 'PutApprovalResult',
      body: {
        pipelineName: 'bulkhead-prod-api',
        stageName: STAGE,
        actionName: 'open',
        token: 'the-token',
        result: { status: 'Approved', summary: 'Maintenance window sun 08:00-12:00 UTC is open' },
      },
    },
  ]);
  expect(pipelines.lines.map((line) => JSON.parse(line) as object)).toEqual([
    {
      level: 'info',
      event: 'maintenance-window',
      pipeline: 'bulkhead-prod-api',
      stage: STAGE,
      answer: 'opened',
    },
  ]);
});

/** What waits, with another release in the wave or before the stage. */
const withOthers = (others: { readonly inbound?: object; readonly wave?: string }) => {
  const { stageStates, ...state } = waiting();
  return {
    ...state,
    stageStates: [
      ...stageStates.map((stage) =>
        stage.stageName === STAGE && others.inbound ? { ...stage, ...others.inbound } : stage,
      ),
      {
        stageName: 'enterprise-sun-08-4h-1',
        latestExecution: { pipelineExecutionId: 'older', status: others.wave ?? 'Succeeded' },
      },
    ],
  };
};
const NEWER = { pipelineExecutionId: 'newer', status: 'InProgress' };

it.each([
  ['before the stage', { inboundExecution: NEWER }],
  ['before the stage, of several', { inboundExecutions: [NEWER] }],
])('rejects what waits when a newer release stands %s, whatever the wave does', async (_, inbound) => {
  pipelines.state = withOthers({ inbound, wave: 'InProgress' });
  expect(await pipelines.open()).toBe('rejected for a newer release');
  expect(pipelines.asked[1]?.body).toMatchObject({
    token: 'the-token',
    result: { status: 'Rejected', summary: 'A newer release waits for this window and goes instead' },
  });
});

it.each([
  ['InProgress', 'wave is busy'],
  ['Succeeded', 'opened'],
  ['Failed', 'opened'],
])('while the wave is %s it is: %s', async (wave, answer) => {
  pipelines.state = withOthers({ wave });
  expect(await pipelines.open()).toBe(answer);
});

it.each([
  ['the release has passed', waiting('Succeeded')],
  ['it was refused', waiting('Failed')],
  ['another stage waits', waiting('InProgress', 'enterprise-mon-08-4h-1-window')],
  ['another action waits', waiting('InProgress', STAGE, 'review')],
  ['nothing was ever released', { pipelineName: 'bulkhead-prod-api' }],
])('approves nothing when %s', async (_, state) => {
  pipelines.state = state;
  expect(await pipelines.open()).toBe('nothing waits');
  expect(pipelines.asked.map(({ target }) => target)).toEqual(['GetPipelineState']);
});

it.each([
  ['2026-11-29T07:59:59Z', 'closed'],
  ['2026-11-29T08:00:00Z', 'opened'],
  ['2026-11-29T11:59:59Z', 'opened'],
  ['2026-11-29T12:00:00Z', 'closed'],
  ['2026-11-30T09:00:00Z', 'closed'],
])('at %s the window is %s', async (at, answer) => {
  expect(await pipelines.open(REQUEST, at)).toBe(answer);
  if (answer === 'closed') expect(pipelines.asked).toEqual([]);
});

it.each(['ApprovalAlreadyCompletedException', 'InvalidApprovalTokenException'])(
  'leaves it to whoever was faster: %s',
  async (refusal) => {
    pipelines.refusal = refusal;
    expect(await pipelines.open()).toBe('decided elsewhere');
  },
);

it('fails when it is refused, so that it is called again', async () => {
  pipelines.refusal = 'AccessDeniedException';
  await expect(pipelines.open()).rejects.toThrow();
});

it.each([
  [
    'another pipeline',
    { ...REQUEST, pipeline: 'other-api' },
    'pipeline: must begin with bulkhead-prod-, got other-api',
  ],
  [
    'a stage that is no window',
    { ...REQUEST, stage: 'release' },
    'stage: must be a stage that waits for a window',
  ],
  ['more than it knows', { ...REQUEST, force: true }, 'event: Invalid input'],
  ['a window without end', { ...REQUEST, window: { day: 'sun', hourUtc: 8, hours: 13 } }, 'window.hours'],
  ['nothing', {}, 'pipeline: '],
])('takes no order for %s', async (_, event, problem) => {
  await expect(pipelines.open(event)).rejects.toThrow(problem);
  expect(pipelines.asked).toEqual([]);
});

it('does not begin without knowing whose pipelines it opens', () => {
  expect(() => settingsIn({})).toThrow('PIPELINE_PREFIX');
  expect(() => settingsIn({ PIPELINE_PREFIX: 'bulkhead' })).toThrow('with a hyphen at its end');
});
