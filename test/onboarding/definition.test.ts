import {
  type Definition,
  longest,
  onboardingDefinition,
  startDefinition,
  type State,
} from '../../constructs/onboarding/definition';
import { execute, type TaskCall, TaskError } from './interpreter';

/** The machines, carried out on paper: each way through them ends in exactly one event. */

const machine = onboardingDefinition({
  busName: 'bulkhead-prod-tenants',
  projectName: 'bulkhead-prod-onboarding',
  pipelineName: 'bulkhead-prod-infrastructure',
});

const COMMIT = 'a'.repeat(40);
const event = (detail: unknown) => ({
  ...{ id: '0f1e', source: 'sign-up', 'detail-type': 'tenant requested' },
  detail,
});
const ASKED = {
  requestId: 'req-1',
  request: { id: 'acme', tier: 'enterprise', name: 'Acme', contact: 'it@acme.example' },
};

type Answer = Readonly<Record<string, unknown>> | TaskError;

/** What builds answer, by the step that they are given; each the next time something else, the last one for ever. */
type Script = Readonly<Record<string, readonly Answer[]>>;

const variablesOf = ({ args }: TaskCall): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (args['EnvironmentVariablesOverride'] as readonly { Name: string; Value: string }[]).map(
      ({ Name, Value }) => [Name, Value],
    ),
  );

interface Sent {
  readonly DetailType: string;
  readonly Detail: Readonly<Record<string, unknown>>;
}

/** Onboards, and says what came of it. @param bus answers of the bus */
function onboard(script: Script, detail: unknown = ASKED, bus: readonly (TaskError | 'ok')[] = ['ok']) {
  const builds: Readonly<Record<string, string>>[] = [];
  const events: Sent[] = [];
  const counts = new Map<string, number>();
  const nth = <T>(key: string, answers: readonly T[]): T => {
    const at = counts.get(key) ?? 0;
    counts.set(key, at + 1);
    const answer = answers[Math.min(at, answers.length - 1)];
    if (answer === undefined) throw new Error(`nobody said what ${key} answers`);
    return answer;
  };
  const ended = execute(machine, event(detail), (call) => {
    if (call.resource.endsWith('listPipelineExecutions')) {
      const answer = nth('version', script['version'] ?? [VERSIONS]);
      if (answer instanceof TaskError) throw answer;
      return answer;
    }
    if (call.resource.endsWith('putEvents')) {
      const answer = nth('bus', bus);
      if (answer instanceof TaskError) throw answer;
      events.push(...(call.args['Entries'] as readonly Sent[]));
      return { FailedEntryCount: 0 };
    }
    const variables = variablesOf(call);
    builds.push(variables);
    const answer = nth(variables['STEP'] ?? '', script[variables['STEP'] ?? ''] ?? []);
    if (answer instanceof TaskError) throw answer;
    return { Build: { ExportedEnvironmentVariables: exported(answer) } };
  });
  return { ended, builds, events };
}

const exported = (answer: object): readonly object[] =>
  Object.keys(answer).length === 0 ? [] : [{ Name: 'OUTCOME', Value: JSON.stringify(answer) }];

const VERSIONS = {
  PipelineExecutionSummaries: [
    { Status: 'InProgress', SourceRevisions: [{ RevisionId: 'c'.repeat(40) }] },
    { Status: 'Failed', SourceRevisions: [{ RevisionId: 'b'.repeat(40) }] },
    { Status: 'Succeeded', SourceRevisions: [{ RevisionId: COMMIT }] },
    { Status: 'Succeeded', SourceRevisions: [{ RevisionId: 'd'.repeat(40) }] },
  ],
};
const WAITING = { outcome: 'waiting', phase: 'publish', cell: 'use1a' };
const DONE = {
  outcome: 'done',
  cell: 'use1a',
  result: {
    hostname: 'acme.use1a.bulkhead.example',
    machineSecretName: 'bulkhead/prod/use1a/tenant-acme/machine',
  },
};
const failedIn = (phase: string): Answer => ({
  ...{ outcome: 'failed', phase, reason: 'so it is' },
  exists: ['its row in the registry'],
  missing: ['its stack'],
  next: ['npx bulkhead tenant onboard acme'],
});
const fault = new TaskError('CodeBuild.AccountLimitExceededException');
const timeout = new TaskError('States.Timeout');

describe('a tenant that is asked for', () => {
  it('in a pooled tier is there when it is placed', () => {
    const { ended, builds, events } = onboard(
      { place: [{ outcome: 'done', cell: 'use1a', result: { shard: 'data-shard-1' } }] },
      { requestId: 'req-2', request: { id: 'globex', tier: 'starter' } },
    );
    expect(ended).toMatchObject({ status: 'SUCCEEDED', last: 'Provisioned' });
    expect(builds.map(({ STEP }) => STEP)).toEqual(['place']);
    expect(events).toEqual([
      {
        EventBusName: 'bulkhead-prod-tenants',
        Source: 'bulkhead.tenants',
        DetailType: 'tenant provisioned',
        Detail: {
          ...{ requestId: 'req-2', id: 'globex', tier: 'starter', cell: 'use1a' },
          details: { shard: 'data-shard-1' },
        },
      },
    ]);
  });

  it('in a dedicated tier is provisioned by the cell that was chosen', () => {
    const { ended, builds, events } = onboard({ place: [WAITING], provision: [DONE] });
    expect(ended.last).toBe('Provisioned');
    expect(builds.map(({ STEP, CELL }) => [STEP, CELL])).toEqual([
      ['place', 'none'],
      ['provision', 'use1a'],
    ]);
    expect(events).toMatchObject([
      { DetailType: 'tenant provisioned', Detail: { id: 'acme', cell: 'use1a', details: DONE.result } },
    ]);
    // Who asked is told names, and what was asked is not told again.
    expect(JSON.stringify(events)).not.toContain('it@acme.example');
  });

  it('is onboarded by the version that is deployed everywhere, whatever is on its way', () => {
    const { builds } = onboard({ place: [WAITING], provision: [DONE] });
    expect(new Set(builds.map((variables) => variables['COMMIT']))).toEqual(new Set([COMMIT]));
    const first = onboard({ version: [{ PipelineExecutionSummaries: [] }], place: [DONE] });
    expect(first.builds[0]?.['COMMIT']).toBe('none');
  });

  it('is asked for in the words of the request, which nothing reads on the way', () => {
    const request = {
      id: 'acme',
      tier: 'enterprise',
      name: `"; rm -rf / #$(reboot)\n{% $states %}`,
      contact: '`id`',
    };
    const { builds } = onboard({ place: [WAITING], provision: [DONE] }, { requestId: 'req-3', request });
    expect(builds).toHaveLength(2);
    for (const { REQUEST = '' } of builds) expect(JSON.parse(REQUEST)).toEqual(request);
  });

  it('is refused with what the command says, and nothing is taken back', () => {
    const { ended, builds, events } = onboard({
      place: [{ outcome: 'refused', reason: 'the request cannot be met: 2 problems', next: ['correct it'] }],
    });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', last: 'Refused' });
    expect(builds).toHaveLength(1);
    expect(events).toMatchObject([
      {
        DetailType: 'tenant failed',
        Detail: { outcome: 'refused', reason: 'the request cannot be met: 2 problems', undone: false },
      },
    ]);
  });
});

describe('a request that is none', () => {
  const long = { id: 'acme', tier: 'starter', name: 'x'.repeat(9000) };
  it.each<[string, unknown, readonly string[]]>([
    ['without anything', {}, ['requestId', 'request.id', 'request.tier', 'request must']],
    ['that is a text', 'acme', ['requestId', 'request.id', 'request.tier', 'request must']],
    ['with an id that is no id', { ...ASKED, request: { id: '../x', tier: 'starter' } }, ['request.id']],
    ['with an id too long', { ...ASKED, request: { id: 'a'.repeat(32), tier: 'starter' } }, ['request.id']],
    ['with a number for an id', { ...ASKED, request: { id: 7, tier: 'starter' } }, ['request.id']],
    ['with a tier that there is not', { ...ASKED, request: { id: 'acme', tier: 'gold' } }, ['request.tier']],
    ['with a request id of other characters', { ...ASKED, requestId: 'a b' }, ['requestId']],
    ['with a request id like an option', { ...ASKED, requestId: '--undo' }, ['requestId']],
    ['with a request id too long', { ...ASKED, requestId: 'a'.repeat(81) }, ['requestId']],
    ['that is too long', { ...ASKED, request: long }, ['request must']],
  ])('%s is refused, with everything that is wrong, before anything is run', (_, detail, wrong) => {
    const { ended, builds, events } = onboard({}, detail);
    expect(ended.last).toBe('Refused');
    expect(builds).toEqual([]);
    expect(events).toMatchObject([
      { DetailType: 'tenant failed', Detail: { outcome: 'refused', phase: 'request' } },
    ]);
    const reasons = String(events[0]?.Detail['reason']).split('; ').filter(Boolean);
    expect(reasons.map((reason) => wrong.find((start) => reason.startsWith(`${start} `)))).toEqual(wrong);
  });
});

describe('what fails', () => {
  it.each(['record', 'configure', 'publish', 'plan'])(
    'in phase %s, before anything was deployed, is taken back and told',
    (phase) => {
      const { ended, builds, events } = onboard({
        place: [WAITING],
        provision: [failedIn(phase)],
        undo: [{ outcome: 'done' }],
      });
      expect(ended).toMatchObject({ status: 'FAILED', error: 'OnboardingFailed' });
      expect(builds.at(-1)).toMatchObject({ STEP: 'undo', TENANT: 'acme', REQUEST_ID: 'req-1' });
      expect(events).toMatchObject([
        { DetailType: 'tenant failed', Detail: { phase, reason: 'so it is', undone: true } },
      ]);
    },
  );

  it.each(['deploy', 'releases', 'activate', 'smoke'])(
    'in phase %s, after something was deployed, stays, and how to go on is told',
    (phase) => {
      const { ended, builds, events } = onboard({ place: [WAITING], provision: [failedIn(phase)] });
      expect(ended.last).toBe('Failed');
      expect(builds.map(({ STEP }) => STEP)).not.toContain('undo');
      expect(events).toMatchObject([
        {
          DetailType: 'tenant failed',
          Detail: {
            phase,
            exists: ['its row in the registry'],
            missing: ['its stack'],
            next: ['npx bulkhead tenant onboard acme'],
            undone: false,
          },
        },
      ]);
    },
  );

  it('while it is placed is taken back, and what could not be taken back is told as there', () => {
    const undo = [{ outcome: 'failed', reason: 'the branch is protected' }];
    const { events } = onboard({ place: [failedIn('publish')], undo });
    expect(events).toMatchObject([{ Detail: { phase: 'publish', undone: false } }]);
  });

  it('with a time that is over while it is provisioned is left as it is, for nobody knows how far it got', () => {
    const { ended, builds, events } = onboard({ place: [WAITING], provision: [timeout] });
    expect(ended.last).toBe('Failed');
    // Another attempt would take as long.
    expect(builds.map(({ STEP }) => STEP)).toEqual(['place', 'provision']);
    expect(events).toMatchObject([
      { Detail: { phase: 'provision', reason: 'provision did not end: States.Timeout' } },
    ]);
  });

  it('with a time that is over while it is placed is taken back', () => {
    const { builds, events } = onboard({ place: [timeout], undo: [{ outcome: 'done' }] });
    expect(builds.map(({ STEP }) => STEP)).toEqual(['place', 'undo']);
    expect(events).toMatchObject([{ Detail: { phase: 'place', undone: true } }]);
  });

  it('because no build could be started is tried again, ever later, and goes on', () => {
    const { ended, builds, events } = onboard({ place: [fault, fault, WAITING], provision: [fault, DONE] });
    expect(ended).toMatchObject({ last: 'Provisioned', waited: 60 + 120 + 60 });
    expect(builds).toHaveLength(5);
    expect(events).toHaveLength(1);
  });

  it('for ever is told after five attempts', () => {
    const { builds, events } = onboard({ place: [fault], undo: [fault] });
    expect(builds.map(({ STEP }) => STEP)).toEqual([...repeat('place', 5), ...repeat('undo', 5)]);
    expect(events).toMatchObject([
      { Detail: { phase: 'place', reason: 'place did not end: CodeBuild.AccountLimitExceededException' } },
    ]);
  });

  it('without a word from the build is told as such', () => {
    const { events } = onboard({ place: [WAITING], provision: [{}] });
    expect(events).toMatchObject([
      { Detail: { phase: 'provision', reason: 'the build says nothing of what it came to' } },
    ]);
  });

  it('before the version is known is told, and nothing was run', () => {
    const { builds, events } = onboard({ version: [new TaskError('CodePipeline.CodePipelineException')] });
    expect(builds).toEqual([]);
    expect(events).toMatchObject([{ Detail: { phase: 'version', outcome: 'failed' } }]);
  });

  it('because the bus takes no event fails the execution, which an alarm watches', () => {
    const deaf = new TaskError('EventBridge.FailedEntry');
    const lost = onboard({ place: [DONE] }, ASKED, [deaf]);
    expect([lost.ended.last, lost.events]).toEqual(['Untold', []]);
    const late = onboard({ place: [DONE] }, ASKED, [deaf, deaf, 'ok']);
    expect([late.ended.last, late.events.length]).toEqual(['Provisioned', 1]);
  });

  it('names no person in what the execution fails with', () => {
    const { ended } = onboard({ place: [WAITING], provision: [failedIn('deploy')] });
    expect(ended.cause).toBe('acme: phase deploy. The event says why and how to go on');
  });
});

const repeat = (text: string, times: number): readonly string[] => Array.from({ length: times }, () => text);

describe('the machine that starts it', () => {
  const starter = startDefinition('arn:aws:states:us-east-1:111111111111:stateMachine:m', 'https://queue');

  /** @param answers of StartExecution, the last one for ever */
  function start(answers: readonly (TaskError | 'ok')[], detail: unknown = ASKED) {
    const started: Readonly<Record<string, unknown>>[] = [];
    const kept: unknown[] = [];
    let calls = 0;
    const ended = execute(starter, event(detail), ({ resource, args }) => {
      if (resource.endsWith('sendMessage')) return kept.push(args['MessageBody']);
      const answer = answers[Math.min(calls, answers.length - 1)];
      calls += 1;
      if (answer instanceof TaskError) throw answer;
      return started.push(args);
    });
    return { ended, started, kept, calls };
  }

  it('gives the execution the request’s id for a name, and the whole event', () => {
    expect(start(['ok']).started).toEqual([
      {
        StateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:m',
        Name: 'req-1',
        Input: event(ASKED),
      },
    ]);
  });

  it('does nothing for the same request again', () => {
    const again = start([new TaskError('StepFunctions.ExecutionAlreadyExistsException')]);
    expect(again).toMatchObject({ ended: { last: 'Started' }, started: [], kept: [], calls: 1 });
  });

  it.each([[{}], [{ requestId: 'a b' }], [{ requestId: 7 }]])(
    'has what is no request told by the other: %j',
    (detail) => {
      expect(start(['ok'], detail).started).toMatchObject([{ Name: 'event-0f1e' }]);
    },
  );

  it('keeps what it cannot start', () => {
    const busy = new TaskError('StepFunctions.ExecutionLimitExceededException');
    expect(start([busy])).toMatchObject({ ended: { last: 'Not started' }, kept: [event(ASKED)], calls: 6 });
    expect(start([busy, 'ok'])).toMatchObject({ ended: { last: 'Started' }, kept: [] });
  });
});

describe.each<[string, Definition]>([
  ['onboards', machine],
  ['starts', startDefinition('arn', 'url')],
])('the machine that %s', (_, { StartAt, States, TimeoutSeconds }) => {
  const names = Object.keys(States);
  const nextOf = (state: State): readonly string[] =>
    [...JSON.stringify(state).matchAll(/"(?:Next|Default)":"([^"]+)"/g)].map(([, name = '']) => name);

  it('names only states that there are, reaches all, and ends on every way', () => {
    const reached = new Set([StartAt]);
    for (const name of reached)
      for (const next of States[name] ? nextOf(States[name]) : []) reached.add(next);
    expect([...reached].sort()).toEqual([...names].sort());
    for (const [name, state] of Object.entries(States)) {
      const isEnd = ['Succeed', 'Fail'].includes(state.Type);
      expect([name, nextOf(state).length > 0]).toEqual([name, !isEnd]);
      expect(name.length).toBeLessThanOrEqual(80);
    }
  });

  it('has a limit, a way on and another try for every call of AWS', () => {
    for (const [name, state] of Object.entries(States).filter(([, { Type }]) => Type === 'Task')) {
      expect([name, typeof state['TimeoutSeconds']]).toEqual([name, 'number']);
      expect([name, Array.isArray(state['Retry'])]).toEqual([name, true]);
      // Nobody is left to tell, if the queue takes nothing either.
      if (name !== 'Keep it') expect(JSON.stringify(state['Catch'])).toContain('States.ALL');
    }
  });

  it('never ends without a word because all together took too long', () => {
    const all = Object.values(States)
      .filter(({ Type }) => Type === 'Task')
      .map((state) => {
        const [retry] = (state['Retry'] as unknown as Parameters<typeof longest>[1][]).slice(-1);
        return retry ? longest(Number(state['TimeoutSeconds']), retry) : 0;
      });
    // Of the two that tell, one is reached.
    const isOnboarding = names.includes('Place it');
    if (isOnboarding)
      expect(TimeoutSeconds).toBeGreaterThan(all.reduce((sum, one) => sum + one, 0) - (all.at(-1) ?? 0));
    else expect(TimeoutSeconds).toBe(300);
  });

  it('holds nothing that Terraform or CDKTF would take for its own', () => {
    expect(JSON.stringify(States)).not.toMatch(/[$%]\{/);
  });
});
