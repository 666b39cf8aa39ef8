import type { CodepipelineStage } from '@cdktf/provider-aws/lib/codepipeline';
import fc from 'fast-check';
import { validateProps, ValidationError } from '../../constructs/core/validation';
import {
  actionRoleArn,
  burnAlarmName,
  imageRepository,
  releaseProjectName,
} from '../../constructs/delivery/names';
import { cellOf, type PipelineContext } from '../../constructs/delivery/pipeline-action';
import { contractStages, releaseStages } from '../../constructs/delivery/pipeline-stages';
import {
  planRelease,
  type ReleasePlan,
  type Step,
  wavesOf,
  WEEK,
  windowName,
} from '../../constructs/delivery/release-plan';
import { everyQuarterOf } from '../../constructs/delivery/window-schedules';
import { STAGE_RULES } from '../../constructs/delivery/stage-limits';
import { testStack } from '../support/synth';
import { actionsOf, contextOf, PIPELINE_HOME, rulesOf, variablesOf } from './pipeline-fixture';
import { target, tenants } from './plan-fixture';

const SOURCE = {
  connectionArn:
    'arn:aws:codeconnections:us-east-1:111111111111:connection/00000000-0000-4000-8000-000000000000',
  repository: 'bulkhead/api',
  branch: 'main',
};
const stagesOf = (context: PipelineContext): readonly CodepipelineStage[] =>
  releaseStages(context, SOURCE, { build: 'build', scan: 'scan' });

/** What a pipeline does to whom, in which order, on what condition: read out of its stages alone. */
interface ReadWave {
  readonly ring: string;
  readonly name: string;
  readonly waits: boolean;
  readonly alarms: readonly string[];
  readonly rollback: boolean;
  readonly steps: readonly string[];
}

function wavesIn(stages: readonly CodepipelineStage[]): readonly ReadWave[] {
  const [, , , ...rest] = stages;
  return rest.flatMap((stage, index) => {
    const actions = actionsOf(stage);
    if (actions.some(({ category }) => category === 'Approval')) return [];
    const before = rest[index - 1];
    return [
      {
        ring: variablesOf(actions[0] ?? fail(stage.name))['RING'] ?? '',
        name: stage.name,
        waits: before?.name === windowName(stage),
        alarms: rulesOf(stage).map(({ configuration }) => configuration['AlarmName'] ?? ''),
        rollback: stage.onFailure?.result === 'ROLLBACK',
        steps: actions
          .map((action) => {
            const { STEP, CELL, OWNER, SLICE, DATABASES, SOAK_MINUTES, ALARMS } = variablesOf(action);
            const what = {
              expand: [DATABASES],
              deploy: [OWNER, SLICE],
              soak: [SOAK_MINUTES, ALARMS],
            }[STEP ?? ''];
            return [action.runOrder, STEP, CELL, ...(what ?? [])].join(' ');
          })
          .sort(),
      },
    ];
  });
}

function fail(what: string): never {
  throw new Error(`stage ${what} has no action`);
}

/** The same of a plan. */
const wavesOfPlan = (context: PipelineContext): readonly ReadWave[] =>
  wavesOf(context.plan).map(({ ring, name, window, gates, steps }) => {
    const alarm = (cell: string, tier: string): string => burnAlarmName(cellOf(context, cell), tier);
    const text = (step: Step): string => {
      if (step.kind === 'expand') return `1 expand ${step.cell} ${JSON.stringify(step.databases)}`;
      if (step.kind === 'deploy') return `2 deploy ${step.cell} ${step.owner} ${step.slice}`;
      const alarms = step.tiers.map((tier) => alarm(step.cell, tier));
      return `3 soak ${step.cell} ${step.minutes} ${JSON.stringify(alarms)}`;
    };
    return {
      ...{ ring, name, waits: window !== undefined, rollback: gates.rollback },
      alarms: gates.alarms.map(({ cell, tier }) => alarm(cell, tier)),
      steps: steps.map(text).sort(),
    };
  });

const windows = fc.record({
  day: fc.constantFrom(...WEEK),
  hourUtc: fc.nat(11),
  hours: fc.integer({ min: 1, max: 12 }),
});

/** Plans of all kinds of platforms. */
const plans: fc.Arbitrary<ReleasePlan> = fc
  .record({
    schema: fc.boolean(),
    cells: fc.integer({ min: 1, max: 6 }),
    tiers: fc.subarray(['starter', 'professional', 'enterprise'] as const, { minLength: 1 }),
    owners: fc.array(fc.option(windows, { nil: undefined }), { maxLength: 12 }),
    cellsPerWave: fc.integer({ min: 1, max: 5 }),
    tenantsPerWave: fc.integer({ min: 1, max: 25 }),
    soakMinutes: fc.integer({ min: 5, max: 480 }),
  })
  .map(({ cells: count, owners, ...rest }) => {
    const cells = Array.from({ length: count }, (_, index) => ({
      id: `cell${String(index)}`,
      shards: ['shard-1', 'shard-2'],
    }));
    const ids = cells.map(({ id }) => id);
    return {
      ...rest,
      cells,
      tenants: tenants(owners.length, ids).map((tenant, index) => {
        const window = owners[index];
        return { ...tenant, ...(window && { maintenanceWindow: window }) };
      }),
    };
  })
  .map((changes) => {
    try {
      return planRelease(target(changes));
    } catch (error) {
      if (error instanceof ValidationError) return undefined;
      throw error;
    }
  })
  .filter((plan) => plan !== undefined);

const PLAN = planRelease(target());
const CONTEXT = contextOf(PLAN);
const STAGES = stagesOf(CONTEXT);

it('has the same rings, waves, gates and steps as its plan, in the same order, whatever the platform', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const context = contextOf(plan);
      expect(wavesIn(stagesOf(context))).toEqual(wavesOfPlan(context));
    }),
    { numRuns: 60 },
  );
});

it('is built and checked before anybody gets it', () => {
  expect(
    STAGES.slice(0, 3).map((stage) => [stage.name, actionsOf(stage).map(({ provider }) => provider)]),
  ).toEqual([
    ['source', ['CodeStarSourceConnection']],
    ['build', ['CodeBuild']],
    ['scan', ['CodeBuild']],
  ]);
});

it('runs every step in the account and region of its cell, as the role that the cell keeps for the service', () => {
  for (const action of STAGES.slice(3).flatMap(actionsOf)) {
    if (action.category === 'Approval') continue;
    const cell = cellOf(CONTEXT, variablesOf(action)['CELL'] ?? '');
    expect(action).toMatchObject({
      region: cell.region,
      roleArn: actionRoleArn(cell, 'api'),
      configuration: { ProjectName: releaseProjectName(cell, 'api') },
    });
  }
});

it('hands every cell the digest of one image, in the repository of its own region', () => {
  const images = new Set(
    STAGES.slice(3)
      .flatMap(actionsOf)
      .map((action) => variablesOf(action)['IMAGE'])
      .filter((image) => image !== undefined),
  );
  expect([...images].sort()).toEqual(
    ['us-east-1', 'us-west-2'].map(
      (region) => `${imageRepository(PIPELINE_HOME, region, 'api')}@#{Build.IMAGE}`,
    ),
  );
});

it('begins a wave only while the alarms of its cells are silent, and fails if they stay loud for an hour', () => {
  const stage = STAGES.find(({ name }) => name === 'starter-usw2a');
  expect(stage?.beforeEntry?.condition.result).toBe('FAIL');
  for (const { configuration, region, roleArn } of rulesOf(stage ?? fail('starter-usw2a'))) {
    expect(Object.keys(configuration)).toEqual(['AlarmName', 'WaitTime']);
    expect(configuration).toMatchObject({ WaitTime: '60' });
    expect([region, roleArn]).toEqual(['us-west-2', actionRoleArn(cellOf(CONTEXT, 'usw2a'), 'api')]);
  }
});

it('waits for a window for a week and a day, and tells a person what that means', () => {
  const stage = STAGES.find(({ name }) => name.endsWith('-window'));
  expect(actionsOf(stage ?? fail('window'))).toMatchObject([
    {
      category: 'Approval',
      timeoutInMinutes: 11_520,
      configuration: { CustomData: expect.stringContaining('sun 08:00-12:00 UTC') as string },
    },
  ]);
});

it('needs no schema and no databases where the service brings no migrations', () => {
  const stages = stagesOf(contextOf(planRelease(target({ schema: false }))));
  const names = new Set(stages.flatMap(actionsOf).flatMap((action) => Object.keys(variablesOf(action))));
  expect([...names].filter((name) => ['SCHEMA', 'DATABASES'].includes(name))).toEqual([]);
  expect(JSON.stringify(stages)).not.toContain('Build.SCHEMA');
});

describe('the pipeline that contracts', () => {
  const stages = contractStages(CONTEXT, 'bucket', 'agree');

  it('asks every cell before it changes one', () => {
    const [, check] = stages;
    expect(actionsOf(check ?? fail('check')).map(({ name, runOrder }) => [name, runOrder])).toEqual([
      ['check-use1a', 1],
      ['check-usw2a', 1],
      ['agree', 2],
    ]);
    const agree = actionsOf(check ?? fail('check')).at(-1);
    expect(variablesOf(agree ?? fail('agree'))).toEqual({
      ANSWERS: '#{check-use1a.CONTRACT},#{check-usw2a.CONTRACT}',
    });
  });

  it('skips every cell unless all of them agree', () => {
    for (const stage of stages.slice(2)) {
      expect(stage.beforeEntry?.condition.result).toBe('SKIP');
      expect(rulesOf(stage).map(({ configuration }) => configuration)).toEqual([
        { Variable: '#{Agreed.CONTRACT}', Value: 'yes', Operator: 'EQ' },
      ]);
    }
  });

  it('takes cells one by one, and in each shared databases before dedicated ones', () => {
    expect(
      stages
        .slice(2)
        .map((stage) => [
          stage.name,
          ...actionsOf(stage).map(
            (action) => `${String(action.runOrder)} ${variablesOf(action)['DATABASES'] ?? ''}`,
          ),
        ]),
    ).toEqual([
      ['contract-use1a', '1 ["shard-1","shard-2"]', '2 ["tenant-acme"]'],
      ['contract-usw2a', '1 ["shard-1","shard-2"]', '2 ["tenant-globex","tenant-initech"]'],
    ]);
  });

  it('asks of each cell what it will change there', () => {
    const [, check] = stages;
    const asked = actionsOf(check ?? fail('check')).map((action) => variablesOf(action)['DATABASES']);
    expect(asked.slice(0, 2)).toEqual([
      '["shard-1","shard-2","tenant-acme"]',
      '["shard-1","shard-2","tenant-globex","tenant-initech"]',
    ]);
  });

  it('is not made for a service without migrations', () => {
    const context = contextOf(planRelease(target({ schema: false })));
    expect(() => contractStages(context, 'bucket', 'agree')).toThrow('api brings no migrations');
  });
});

describe('what CodePipeline would refuse', () => {
  const check = (stages: readonly CodepipelineStage[]): void => {
    validateProps(testStack(), 'stages', { stages }, STAGE_RULES);
  };
  const stage = (name: string, actions = 1, alarms = 0): CodepipelineStage => ({
    name,
    action: Array.from({ length: actions }, (_, index) => ({
      ...{ name: `a${String(index)}`, category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
    })),
    ...(alarms > 0 && {
      beforeEntry: {
        condition: {
          rule: Array.from({ length: alarms }, (_, index) => ({
            name: `r${String(index)}`,
            ruleTypeId: { category: 'Rule', provider: 'CloudWatchAlarm' },
          })),
        },
      },
    }),
  });

  it('is let through up to the quotas', () => {
    expect(() => {
      check([stage('full', 50, 5), ...Array.from({ length: 49 }, (_, index) => stage(`s${String(index)}`))]);
    }).not.toThrow();
  });

  it('is told at once, with what to change', () => {
    expect(() => {
      check([
        ...Array.from({ length: 49 }, (_, index) => stage(`s${String(index)}`)),
        stage('many', 51),
        stage('loud', 1, 6),
        stage('loud'),
        stage('with space'),
      ]);
    }).toThrowErrorMatchingInlineSnapshot(`
     "[test] invalid stages:
       - a pipeline has at most 50 stages, the plan needs 53; raise delivery.cellsPerWave or delivery.tenantsPerWave, or give tenants the same maintenanceWindow
       - a stage has at most 50 actions, more are in many; lower delivery.tenantsPerWave
       - a stage looks at most at 5 alarms on entry, more are in loud; lower delivery.cellsPerWave or delivery.tenantsPerWave
       - names of stages and actions must be at most 100 letters, digits and .@_-, got with space
       - stages, and actions of a stage, must have different names, found twice: loud, loud/a0"
    `);
  });
});

it.each([
  [{ day: 'sun', hourUtc: 8, hours: 4 }, 'cron(0/15 8-11 ? * SUN *)'],
  [{ day: 'mon', hourUtc: 0, hours: 1 }, 'cron(0/15 0 ? * MON *)'],
  [{ day: 'sat', hourUtc: 12, hours: 12 }, 'cron(0/15 12-23 ? * SAT *)'],
] as const)('calls in every quarter of an hour of window %j and in no other', (window, cron) => {
  expect(everyQuarterOf(window)).toBe(cron);
});
