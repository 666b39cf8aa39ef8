import type { Statement } from '../../constructs/access/statement';
import { nameIn } from '../../constructs/core/naming';
import type { Placement } from '../../constructs/core/placement';
import { ROLE_PREFIX } from '../../constructs/onboarding/machine';
import {
  alarmPrefix,
  type Machine,
  machineArn,
  machineLogGroup,
  MACHINES,
  ONBOARDING,
  onboardingProjectArn,
  onboardingProjectName,
  tenantBusArn,
  tenantBusName,
} from '../../constructs/onboarding/names';
import { passProjectRoles } from './delivery';
import { roleStatements } from './iam';
import {
  keyStatements,
  logDeliveryStatement,
  logGroupStatements,
  neverTouchStateKey,
  queueStatement,
} from './parts';
import { becomesOwn, inRegion, KEEPS_IDENTITY, prefixOf, regionalArn, staysOwn } from './scope';

const MACHINE_NAMES = Object.keys(MACHINES) as readonly Machine[];

/**
 * What deploying what onboards tenants takes. Not `events:PutEvents`, not `states:StartExecution` and not
 * `codebuild:StartBuild`: who deploys it needs not onboard anybody, nor read what was asked for.
 *
 * It does say what its project runs, so it is as trusted as whoever may deploy tenants and write the registry.
 *
 * @param home the platform's home, without a cell
 */
export function onboardingPermissions(home: Placement): readonly Statement[] {
  const prefix = prefixOf(home);
  return [
    ...projectStatements(home),
    passProjectRoles(home, [ONBOARDING]),
    ...busStatements(home),
    ...machineStatements(home),
    queueStatement('DeadLetters', regionalArn(home, 'sqs', nameIn(home, 'sqsQueue', ROLE_PREFIX, 'failed'))),
    ...alarmStatements(home),
    ...logGroupStatements(home, [
      `/aws/codebuild/${onboardingProjectName(home)}`,
      ...MACHINE_NAMES.map((machine) => machineLogGroup(home, machine)),
    ]),
    logDeliveryStatement(home),
    ...keyStatements(home, {
      aliases: [
        ONBOARDING,
        `${ONBOARDING}-log`,
        ...MACHINE_NAMES.map((machine) => `${ROLE_PREFIX}-${machine}-log`),
      ].map((name) => `${prefix}-${name}`),
      grantTo: ['events', 'sqs', 'states'],
    }),
    neverTouchStateKey(home),
    ...roleStatements(home, {
      names: [`${ROLE_PREFIX}-*`],
      passTo: ['events.amazonaws.com', 'states.amazonaws.com'],
    }),
  ];
}

/** Tags of a project are settings of it: every change must leave it tagged as the platform's. */
function projectStatements(home: Placement): readonly Statement[] {
  const resources = [onboardingProjectArn(home)];
  return [
    { sid: 'Projects', actions: ['codebuild:BatchGetProjects', 'codebuild:DeleteProject'], resources },
    {
      sid: 'ChangeProjects',
      actions: ['codebuild:CreateProject', 'codebuild:UpdateProject'],
      resources,
      conditions: becomesOwn(home),
    },
  ];
}

/** The bus, who may use it, and what it starts. */
function busStatements(home: Placement): readonly Statement[] {
  const buses = [tenantBusArn(home)];
  const rules = [
    regionalArn(home, 'events', `rule/${tenantBusName(home)}/${prefixOf(home)}-${ROLE_PREFIX}-*`),
  ];
  return [
    {
      sid: 'Bus',
      actions: [
        'events:CreateEventBus',
        'events:DeleteEventBus',
        'events:DescribeEventBus',
        'events:ListTagsForResource',
        'events:UpdateEventBus',
      ],
      resources: buses,
    },
    {
      sid: 'BusAccess',
      // EventBridge knows no resource for these.
      actions: ['events:PutPermission', 'events:RemovePermission'],
      resources: ['*'],
      conditions: [inRegion(home)],
    },
    {
      sid: 'Rules',
      actions: [
        'events:DeleteRule',
        'events:DescribeRule',
        'events:ListTagsForResource',
        'events:ListTargetsByRule',
        'events:PutRule',
        'events:PutTargets',
        'events:RemoveTargets',
      ],
      resources: rules,
    },
    {
      sid: 'TagBus',
      actions: ['events:TagResource'],
      resources: [...buses, ...rules],
      conditions: staysOwn(home),
    },
    {
      sid: 'UntagBus',
      actions: ['events:UntagResource'],
      resources: [...buses, ...rules],
      conditions: [KEEPS_IDENTITY],
    },
  ];
}

function machineStatements(home: Placement): readonly Statement[] {
  const machines = MACHINE_NAMES.map((machine) => machineArn(home, machine));
  return [
    {
      sid: 'Machines',
      actions: [
        'states:CreateStateMachine',
        'states:DeleteStateMachine',
        'states:DescribeStateMachine',
        'states:ListStateMachineVersions',
        'states:ListTagsForResource',
        'states:UpdateStateMachine',
      ],
      resources: machines,
    },
    {
      sid: 'CheckMachines',
      // The provider has a definition checked before it plans. It is none yet, so there is no resource.
      actions: ['states:ValidateStateMachineDefinition'],
      resources: ['*'],
      conditions: [inRegion(home)],
    },
    { sid: 'TagMachines', actions: ['states:TagResource'], resources: machines, conditions: staysOwn(home) },
    {
      sid: 'UntagMachines',
      actions: ['states:UntagResource'],
      resources: machines,
      conditions: [KEEPS_IDENTITY],
    },
  ];
}

const alarmStatements = (home: Placement): readonly Statement[] => [
  {
    sid: 'Alarms',
    actions: [
      'cloudwatch:DeleteAlarms',
      'cloudwatch:ListTagsForResource',
      'cloudwatch:PutMetricAlarm',
      'cloudwatch:TagResource',
      'cloudwatch:UntagResource',
    ],
    resources: [regionalArn(home, 'cloudwatch', `alarm:${alarmPrefix(home)}*`)],
  },
  {
    sid: 'ReadAlarms',
    // Composite alarms are told of only to whoever may look at everything: "DescribeAlarms", Amazon CloudWatch API Reference.
    // Settings and states only.
    actions: ['cloudwatch:DescribeAlarms'],
    resources: ['*'],
    conditions: [inRegion(home)],
  },
];
