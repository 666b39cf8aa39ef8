import { EVENT_SOURCE, EVENTS, type Form, FORMS, LONGEST_REQUEST, REQUEST_TIERS } from './events';

/**
 * The state machines as data: pure, so that tests walk through them. In JSONata, which can tell whether a text has a form;
 * expressions keep to what `test/support/jsonata.ts` evaluates too.
 */

/** A state, or a whole machine, in the Amazon States Language. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export interface State {
  readonly Type: 'Task' | 'Choice' | 'Pass' | 'Succeed' | 'Fail';
  readonly [key: string]: Json;
}
export interface Definition {
  readonly Comment: string;
  readonly QueryLanguage: 'JSONata';
  readonly StartAt: string;
  readonly TimeoutSeconds: number;
  readonly States: Readonly<Record<string, State>>;
}

const expression = (text: string): string => `{% ${text} %}`;

/** What is asked for, in the event that the machine is started with. */
const DETAIL = '$states.input.detail';

/** Whether a value is a text of a form. In steps: not every implementation leaves the right side of an `and` alone. */
const isOfForm = (value: string, { pattern, longest }: Form): string =>
  `($type(${value}) = 'string' ? ($length(${value}) <= ${String(longest)} ? $contains(${value}, /${pattern}/) : false) : false)`;

const said = ({ pattern, longest }: Form): string =>
  `must match ${pattern} and have at most ${String(longest)} characters`;

/** Steps of the home account's project, given to it as `STEP`. */
export const STEPS = { place: 'place', provision: 'provision', undo: 'undo' } as const;

/** Variables that the machine sets, and no others. */
export const BUILD_VARIABLES = ['STEP', 'REQUEST', 'REQUEST_ID', 'TENANT', 'COMMIT', 'CELL'] as const;

/** Variable of a build in which it tells what has come of it, as JSON. */
export const OUTCOME = 'OUTCOME';

/**
 * Phases of an onboarding that come before anything is deployed: what failed in one of these is undone by itself. Names as in
 * the registry; `lifecycle/onboard` says what they are.
 */
export const UNDOABLE_PHASES = ['record', 'configure', 'publish', 'plan'] as const;

/** Longest runs, in seconds. The cell's project gives up earlier than the one that waits for it: `cellMinutes`. */
export const LIMITS = {
  lookUp: 60,
  home: 30 * 60,
  cell: 150 * 60,
  tell: 60,
} as const;

/** Longest run of a cell's project, in minutes: a database cluster with its standby takes some 30, nodes and charts as many. */
export const CELL_MINUTES = 120;

interface Retry {
  readonly IntervalSeconds: number;
  readonly MaxAttempts: number;
  readonly MaxDelaySeconds: number;
}

/** All errors but a time that is over: "Error handling in Step Functions", AWS Step Functions Developer Guide. */
const retry = (times: Retry): Json => [
  { ErrorEquals: ['States.TaskFailed'], BackoffRate: 2, JitterStrategy: 'FULL', ...times },
];

/** Short calls of AWS. */
const CALL: Retry = { IntervalSeconds: 2, MaxAttempts: 6, MaxDelaySeconds: 60 };

/**
 * Builds: a machine that broke down, or more builds than the project or the account takes at once. What the command itself has
 * to say, it says in a build that succeeds.
 */
const BUILD: Retry = { IntervalSeconds: 60, MaxAttempts: 4, MaxDelaySeconds: 600 };

/** Longest time that a state may take with all its attempts, in seconds. */
export const longest = (seconds: number, { IntervalSeconds, MaxAttempts, MaxDelaySeconds }: Retry): number =>
  seconds * (MaxAttempts + 1) +
  Array.from({ length: MaxAttempts }, (_, attempt) =>
    Math.min(IntervalSeconds * 2 ** attempt, MaxDelaySeconds),
  ).reduce((sum, wait) => sum + wait, 0);

/** The machine's own limit, which ends it without a word: longer than all its states together. */
const MACHINE_SECONDS =
  longest(LIMITS.lookUp, CALL) +
  2 * longest(LIMITS.home, BUILD) +
  longest(LIMITS.cell, BUILD) +
  longest(LIMITS.tell, CALL) +
  600;

export interface OnboardingTargets {
  readonly busName: string;
  /** CodeBuild project of the home account. */
  readonly projectName: string;
  /** Pipeline that deploys this platform: what it has brought everywhere is what is run. */
  readonly pipelineName: string;
}

/** What is wrong with a request that nobody would run anything for, as one text; empty if nothing is. */
const PROBLEMS = [
  [isOfForm(`${DETAIL}.requestId`, FORMS.requestId), `requestId ${said(FORMS.requestId)}`],
  [isOfForm(`${DETAIL}.request.id`, FORMS.tenantId), `request.id ${said(FORMS.tenantId)}`],
  [
    `${DETAIL}.request.tier in [${REQUEST_TIERS.map((tier) => `'${tier}'`).join(', ')}]`,
    `request.tier must be ${REQUEST_TIERS.join(', ')}`,
  ],
  [
    `$length($string(${DETAIL}.request)) <= ${String(LONGEST_REQUEST)}`,
    `request must have at most ${String(LONGEST_REQUEST)} characters`,
  ],
]
  .map(([holds = '', otherwise = '']) => `(${holds} ? '' : '${otherwise}; ')`)
  .join(' & ');

/** The state machine that onboards a tenant. Each way through it ends in exactly one event. */
export function onboardingDefinition(targets: OnboardingTargets): Definition {
  return {
    Comment: 'Onboards a tenant that was asked for, by running the bulkhead command',
    QueryLanguage: 'JSONata',
    StartAt: 'Read',
    TimeoutSeconds: MACHINE_SECONDS,
    States: {
      Read: {
        Type: 'Pass',
        Assign: {
          requestId: expression(
            `${isOfForm(`${DETAIL}.requestId`, FORMS.requestId)} ? ${DETAIL}.requestId : 'event-' & $states.input.id`,
          ),
          tenant: expression(
            `${isOfForm(`${DETAIL}.request.id`, FORMS.tenantId)} ? ${DETAIL}.request.id : 'unknown'`,
          ),
          tier: expression(`$type(${DETAIL}.request.tier) = 'string' ? ${DETAIL}.request.tier : 'unknown'`),
          request: expression(`$type(${DETAIL}.request) = 'object' ? $string(${DETAIL}.request) : '{}'`),
          report: {
            outcome: 'refused',
            phase: 'request',
            reason: expression(PROBLEMS),
          },
          undo: { outcome: 'none' },
        },
        Next: 'Is it a request?',
      },
      'Is it a request?': {
        Type: 'Choice',
        Choices: [{ Condition: expression("$report.reason = ''"), Next: 'Find the version' }],
        Default: 'Tell that it failed',
      },
      'Find the version': {
        Type: 'Task',
        // Newest first: "ListPipelineExecutions", AWS CodePipeline API Reference.
        Resource: 'arn:aws:states:::aws-sdk:codepipeline:listPipelineExecutions',
        Arguments: { PipelineName: targets.pipelineName, MaxResults: 50 },
        TimeoutSeconds: LIMITS.lookUp,
        Retry: retry(CALL),
        Assign: {
          commit: expression(
            "$exists($states.result.PipelineExecutionSummaries[Status = 'Succeeded'][0].SourceRevisions[0].RevisionId) ? $states.result.PipelineExecutionSummaries[Status = 'Succeeded'][0].SourceRevisions[0].RevisionId : 'none'",
          ),
        },
        Catch: [caught('version', 'Tell that it failed')],
        Next: 'Place it',
      },
      'Place it': {
        ...build(targets, STEPS.place, LIMITS.home, "'none'"),
        Catch: [caught('place', 'Take it back')],
        Next: 'Where does it live?',
      },
      'Where does it live?': {
        Type: 'Choice',
        Choices: [
          { Condition: expression("$report.outcome = 'done'"), Next: 'Tell that it is there' },
          { Condition: expression("$report.outcome = 'waiting'"), Next: 'Provision it' },
          // Nothing was begun.
          { Condition: expression("$report.outcome = 'refused'"), Next: 'Tell that it failed' },
        ],
        Default: 'Take it back',
      },
      'Provision it': {
        ...build(targets, STEPS.provision, LIMITS.cell, '$report.cell'),
        // What a run has come to that nobody has heard of, is left: it may have deployed something.
        Catch: [caught('provision', 'Tell that it failed')],
        Next: 'Is it there?',
      },
      'Is it there?': {
        Type: 'Choice',
        Choices: [
          { Condition: expression("$report.outcome = 'done'"), Next: 'Tell that it is there' },
          {
            Condition: expression(
              `$report.phase in [${UNDOABLE_PHASES.map((phase) => `'${phase}'`).join(', ')}]`,
            ),
            Next: 'Take it back',
          },
        ],
        Default: 'Tell that it failed',
      },
      'Take it back': {
        ...build(targets, STEPS.undo, LIMITS.home, "'none'", 'undo'),
        Catch: [
          {
            ErrorEquals: ['States.ALL'],
            Assign: { undo: { outcome: 'failed', reason: expression('$states.errorOutput.Error') } },
            Next: 'Tell that it failed',
          },
        ],
        Next: 'Tell that it failed',
      },
      'Tell that it is there': {
        ...tell(targets, EVENTS.provisioned, {
          requestId: expression('$requestId'),
          id: expression('$tenant'),
          tier: expression('$tier'),
          cell: expression("$exists($report.cell) ? $report.cell : 'unknown'"),
          // Names and addresses; never a secret.
          details: expression('$exists($report.result) ? $report.result : {}'),
        }),
        Next: 'Provisioned',
      },
      'Tell that it failed': {
        ...tell(targets, EVENTS.failed, {
          requestId: expression('$requestId'),
          id: expression('$tenant'),
          tier: expression('$tier'),
          outcome: expression('$report.outcome'),
          phase: expression("$exists($report.phase) ? $report.phase : 'unknown'"),
          reason: expression("$exists($report.reason) ? $report.reason : 'unknown'"),
          exists: expression('$exists($report.exists) ? $report.exists : []'),
          missing: expression('$exists($report.missing) ? $report.missing : []'),
          next: expression('$exists($report.next) ? $report.next : []'),
          undone: expression("$undo.outcome = 'done'"),
          execution: expression('$states.context.Execution.Id'),
        }),
        Next: 'Whose fault is it?',
      },
      'Whose fault is it?': {
        Type: 'Choice',
        Choices: [
          {
            // Refused before anything was begun. What a later phase was refused, such as a plan of high risk, people must look at.
            Condition: expression(
              "$report.outcome = 'refused' ? ($exists($report.phase) ? $report.phase = 'request' : true) : false",
            ),
            Next: 'Refused',
          },
        ],
        Default: 'Failed',
      },
      Provisioned: { Type: 'Succeed' },
      // Whoever asked has been told, and nobody else needs to know.
      Refused: { Type: 'Succeed' },
      Failed: {
        Type: 'Fail',
        Error: 'OnboardingFailed',
        Cause: expression(
          "$tenant & ': phase ' & ($exists($report.phase) ? $report.phase : 'unknown') & '. The event says why and how to go on'",
        ),
      },
      Untold: {
        Type: 'Fail',
        Error: 'EventNotSent',
        Cause: expression("$tenant & ': the bus took no event of what became of it'"),
      },
    },
  };
}

/** A run of the home account's project, whose outcome goes into a variable. */
function build(
  { projectName }: OnboardingTargets,
  step: string,
  seconds: number,
  cell: string,
  variable: 'report' | 'undo' = 'report',
): State {
  const values: Readonly<Record<(typeof BUILD_VARIABLES)[number], string>> = {
    STEP: step,
    REQUEST: expression('$request'),
    REQUEST_ID: expression('$requestId'),
    TENANT: expression('$tenant'),
    COMMIT: expression('$commit'),
    CELL: expression(cell),
  };
  const told = `$states.result.Build.ExportedEnvironmentVariables[Name = '${OUTCOME}'].Value`;
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::codebuild:startBuild.sync',
    Arguments: {
      ProjectName: projectName,
      EnvironmentVariablesOverride: BUILD_VARIABLES.map((Name) => ({
        Name,
        // Texts, which a shell is never given to read: the project's commands quote them.
        Type: 'PLAINTEXT',
        Value: values[Name],
      })),
    },
    TimeoutSeconds: seconds,
    Retry: retry(BUILD),
    Assign: {
      [variable]: expression(
        `$exists(${told}) ? $parse(${told}) : {'outcome': 'failed', 'phase': '${step}', 'reason': 'the build says nothing of what it came to'}`,
      ),
    },
  };
}

/** What is known of a state that failed for a reason of AWS. */
const caught = (phase: string, next: string): Json => ({
  ErrorEquals: ['States.ALL'],
  Assign: {
    report: {
      outcome: 'failed',
      phase,
      reason: expression(`'${phase} did not end: ' & $states.errorOutput.Error`),
      next: ['look at the execution, then run the command by hand: it goes on from where this stopped'],
    },
  },
  Next: next,
});

/** An event on the bus. A bus that takes none is tried for minutes, and then told by an alarm. */
const tell = (
  { busName }: OnboardingTargets,
  type: string,
  detail: Readonly<Record<string, Json>>,
): State => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::events:putEvents',
  Arguments: {
    Entries: [{ EventBusName: busName, Source: EVENT_SOURCE, DetailType: type, Detail: detail }],
  },
  TimeoutSeconds: LIMITS.tell,
  Retry: retry(CALL),
  Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Untold' }],
});

/**
 * The state machine that starts {@link onboardingDefinition}, once a request: its execution has the request's id for a name, and
 * there is no second one of a name within 90 days ("StartExecution", AWS Step Functions API Reference). A rule of EventBridge
 * cannot name what it starts. Later than that the registry still knows the request.
 */
export function startDefinition(machineArn: string, queueUrl: string): Definition {
  return {
    Comment: 'Starts the onboarding of a tenant, once a request',
    QueryLanguage: 'JSONata',
    StartAt: 'Start it',
    // Express machines end after five minutes.
    TimeoutSeconds: 300,
    States: {
      'Start it': {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution',
        Arguments: {
          StateMachineArn: machineArn,
          Name: expression(
            `${isOfForm(`${DETAIL}.requestId`, FORMS.requestId)} ? ${DETAIL}.requestId : 'event-' & $states.input.id`,
          ),
          Input: expression('$states.input'),
        },
        TimeoutSeconds: 10,
        Retry: [
          {
            // The same request again is no failure.
            ErrorEquals: ['StepFunctions.ExecutionAlreadyExistsException'],
            MaxAttempts: 0,
          },
          {
            ErrorEquals: ['States.ALL'],
            ...{ IntervalSeconds: 2, MaxAttempts: 5, MaxDelaySeconds: 60, BackoffRate: 2 },
            JitterStrategy: 'FULL',
          },
        ],
        Catch: [
          { ErrorEquals: ['StepFunctions.ExecutionAlreadyExistsException'], Next: 'Started' },
          { ErrorEquals: ['States.ALL'], Next: 'Keep it' },
        ],
        Next: 'Started',
      },
      'Keep it': {
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage',
        Arguments: { QueueUrl: queueUrl, MessageBody: expression('$states.input') },
        TimeoutSeconds: 10,
        Retry: retry({ IntervalSeconds: 1, MaxAttempts: 3, MaxDelaySeconds: 10 }),
        Next: 'Not started',
      },
      Started: { Type: 'Succeed' },
      'Not started': { Type: 'Fail', Error: 'NotStarted', Cause: 'the event is in the dead-letter queue' },
    },
  };
}
