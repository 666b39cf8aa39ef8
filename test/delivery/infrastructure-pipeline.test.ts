import picomatch from 'picomatch';
import type { Statement } from '../../constructs/access/statement';
import { ArtifactStore } from '../../constructs/delivery/artifact-store';
import { InfrastructurePipeline } from '../../constructs/delivery/infrastructure-pipeline';
import {
  cellAction,
  type CellTarget,
  groundAction,
  infrastructureStages,
  type InfrastructurePlan,
  soakAction,
} from '../../constructs/delivery/infrastructure-stages';
import { infrastructurePipelineName } from '../../constructs/delivery/names';
import { waitFor } from '../../deployment/turn';
import { CELL_GROUPS, PLATFORM_GROUPS } from '../../stacks/deployer-permissions';
import {
  deployerRoleArn,
  plannerRoleArn,
  stackGroup,
  stateReaderRoleName,
  stateRoleName,
} from '../../stacks/deployment-access';
import { cellsOf, GROUND, isGround } from '../../stacks/infrastructure-access';
import {
  cellDriftPermissions,
  cellInfrastructurePermissions,
  homeInfrastructurePermissions,
} from '../../stacks/permissions/infrastructure';
import { planStacks } from '../../stacks/plan';
import { TIERS } from '../../stacks/tier';
import { HOME, testPlatform, USE1A } from '../stacks/fixture';
import { allows } from '../support/iam';
import { synth, type SynthesizedStack } from '../support/synth';

const platform = testPlatform();
const HASH = 'a'.repeat(64);
const planned = planStacks(platform).map(({ name }) => name);
const cells: readonly CellTarget[] = cellsOf(platform).map((placement) => ({
  placement,
  ground: GROUND,
  tiers: TIERS,
}));
const plan: InfrastructurePlan = {
  home: HOME,
  homeStacks: Object.keys(PLATFORM_GROUPS),
  cells,
  apartMinutes: 60,
  program: HASH,
};
const stagesOf = (of: InfrastructurePlan) =>
  infrastructureStages(
    of,
    { connectionArn: 'arn:c', repository: 'bulkhead/platform', branch: 'main' },
    { verify: 'verify', review: 'review', apply: 'apply' },
  );

interface Action {
  readonly name: string;
  readonly runOrder: number;
  readonly configuration: Readonly<Record<string, string>>;
  readonly roleArn?: string;
  readonly region?: string;
  readonly inputArtifacts?: readonly string[];
}
const actionsOf = (name: string, of = plan): readonly Action[] =>
  stagesOf(of)
    .filter((stage) => stage.name === name)
    .flatMap(({ action }) => action as unknown as Action[]);
const variables = ({ configuration }: Action): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (JSON.parse(configuration['EnvironmentVariables'] ?? '[]') as { name: string; value: string }[]).map(
      ({ name, value }) => [name, value],
    ),
  );
/** Stacks that an action deploys, as its program selects them. */
const deployedBy = (action: Action): readonly string[] => {
  const { STACKS = '', STEP } = variables(action);
  if (STACKS === '' || STEP === 'soak') return [];
  return planned.filter((name) => picomatch.isMatch(name, STACKS.split(',')));
};
const deploying = [...actionsOf('platform'), ...actionsOf('cells')];

describe('the order of deployments', () => {
  it('is that of the plan, and every stack but the administrator’s is deployed by exactly one action', () => {
    expect(deploying.flatMap(deployedBy)).toEqual(planned.filter((name) => name !== 'bootstrap'));
  });

  it('goes cell by cell, one action after the other, in one stage', () => {
    const actions = actionsOf('cells');
    expect(actions.map(({ runOrder }) => runOrder)).toEqual(actions.map((_, index) => index + 1));
    expect(actions.map(({ name }) => name)).toEqual(
      cells.flatMap(({ placement: { cell = '' } }) => [
        groundAction(cell),
        cellAction(cell),
        soakAction(cell),
      ]),
    );
  });

  it('lets the home account deploy only what a cell’s own project stands on', () => {
    const actions = actionsOf('cells');
    const byHome = actions.filter(({ configuration }) => configuration['ProjectName'] === 'apply');
    expect(byHome.flatMap(deployedBy)).toEqual(
      cells.flatMap(({ placement: { cell = '' } }) => GROUND.map((kind) => `${cell}-${kind}`)),
    );
    for (const action of actions.filter((other) => !byHome.includes(other))) {
      expect(action.roleArn).toMatch(/:role\/bulkhead-prod-[a-z0-9]+-pipeline-infrastructure$/);
    }
  });

  it('takes what was reviewed: the output that was verified, and the report on it', () => {
    for (const { inputArtifacts, configuration } of deploying) {
      expect(inputArtifacts).toEqual(['Platform', 'Report']);
      expect(configuration['PrimarySource']).toBe('Platform');
    }
  });

  it('fits what CodePipeline takes, with as many cells as it takes', () => {
    const many = Array.from({ length: 16 }, (_, index) => ({
      placement: { ...USE1A, cell: `use1cell-with-a-long${String(index).padStart(2, '0')}`.slice(0, 20) },
      ground: GROUND,
      tiers: TIERS,
    }));
    const actions = actionsOf('cells', { ...plan, cells: many });
    expect(actions.length).toBeLessThanOrEqual(50);
    expect(Math.max(...actions.map(({ name }) => name.length))).toBeLessThanOrEqual(100);
  });
});

describe('two cells', () => {
  const MINUTE = 60_000;

  /** A clock that walks through the stage: each change takes its time, a soak what it says. Where something fails, it stops. */
  function walk(startedAt: number, fails?: string, before: readonly { action: string; at: number }[] = []) {
    let now = startedAt;
    const runs = [...before];
    const changed: { cell: string; from: number; to: number }[] = [];
    for (const action of actionsOf('cells')) {
      const { CELL: cell = '', STEP, MINUTES, CHANGES } = variables(action);
      if (STEP === 'soak') {
        now += Number(MINUTES) * MINUTE;
      } else {
        if (CHANGES !== undefined) {
          const changes = JSON.parse(CHANGES) as Readonly<Record<string, readonly string[]>>;
          now += waitFor({ changes, cell, minutes: plan.apartMinutes }, runs, now);
        }
        const from = now;
        now += 7 * MINUTE;
        changed.push({ cell, from, to: now });
      }
      runs.push({ action: action.name, at: now });
      if (action.name === fails) break;
    }
    return { now, runs, changed };
  }

  const tooNear = (changed: readonly { cell: string; from: number; to: number }[]) =>
    changed.filter(({ cell, from }) =>
      changed.some((other) => other.cell !== cell && other.to <= from && from - other.to < 60 * MINUTE),
    );

  it('are never changed in the same hour', () => {
    const { changed } = walk(0);
    expect(new Set(changed.map(({ cell }) => cell)).size).toBe(cells.length);
    expect(tooNear(changed)).toEqual([]);
  });

  it('are not either when an execution stops in the middle of a cell, wherever, and the next begins at once', () => {
    for (const { name } of actionsOf('cells')) {
      const first = walk(0, name);
      const second = walk(first.now, undefined, first.runs);
      expect([name, tooNear([...first.changed, ...second.changed])]).toEqual([name, []]);
    }
  });

  it('wait for one another no longer than they must', () => {
    const changes = { a: ['a-ground', 'a-stacks'], b: ['b-ground', 'b-stacks'] };
    const runs = [
      { action: 'a-stacks', at: 0 },
      { action: 'a-soak', at: 59 * MINUTE },
    ];
    const at = (minute: number): number =>
      waitFor({ changes, cell: 'b', minutes: 60 }, runs, minute * MINUTE);
    expect([at(59), at(60), at(61)]).toEqual([MINUTE, 0, 0]);
    // A cell does not wait for itself.
    expect(waitFor({ changes, cell: 'a', minutes: 60 }, runs, 0)).toBe(0);
  });
});

describe('an approval', () => {
  const approve = stagesOf(plan).find(({ name }) => name === 'approve');

  it('is asked for only when a review finds a high risk, and says what it found', () => {
    expect(approve?.beforeEntry?.condition).toMatchObject({
      result: 'SKIP',
      rule: [{ configuration: { Variable: '#{Review.RISK}', Value: 'high', Operator: 'EQ' } }],
    });
    expect(actionsOf('approve')[0]?.configuration['CustomData']).toBe('#{Review.SUMMARY}');
  });

  it('comes after the review and before anything is deployed', () => {
    expect(stagesOf(plan).map(({ name }) => name)).toEqual([
      'source',
      'verify',
      'review',
      'approve',
      'platform',
      'cells',
    ]);
  });
});

describe('roles', () => {
  const around = {
    home: HOME,
    cells: cellsOf(platform),
    homeGroups: Object.keys(PLATFORM_GROUPS),
    cellGroups: Object.keys(CELL_GROUPS),
  };
  const takes = (statements: readonly Statement[], resource: string): boolean =>
    allows(statements, { action: 'sts:AssumeRole', resource });
  const stateArn = (name: string): string => `arn:aws:iam::${HOME.account}:role/${name}`;
  const groups = [
    ...Object.keys(PLATFORM_GROUPS).map((kind) => ({ placement: HOME, kind })),
    ...around.cells.flatMap((placement) => Object.keys(CELL_GROUPS).map((kind) => ({ placement, kind }))),
  ];
  const deployers = groups.flatMap(({ placement, kind }) => [
    deployerRoleArn(placement, kind),
    stateArn(stateRoleName(placement, kind)),
  ]);

  it('of what runs a change’s own code take no other role, and write nothing but its output', () => {
    const verify = homeInfrastructurePermissions('verify', around);
    expect(
      verify.flatMap(({ actions }) => actions).filter((action) => !/^(logs|s3|kms):/.test(action)),
    ).toEqual([]);
    expect(verify.find(({ sid }) => sid === 'WriteArtifacts')?.resources).toEqual([
      'arn:aws:s3:::bulkhead-prod-artifacts-111111111111-us-east-1/bulkhead-prod-infras/Platform/*',
    ]);
  });

  it('of what looks before an approval change nothing: they take looking roles only', () => {
    const looking = [
      homeInfrastructurePermissions('review', around),
      homeInfrastructurePermissions('drift', around),
      ...around.cells.map((cell) => cellDriftPermissions(cell, around)),
    ];
    for (const statements of looking) {
      expect(deployers.filter((arn) => takes(statements, arn))).toEqual([]);
    }
    const [review = []] = looking;
    for (const { placement, kind } of groups) {
      expect(takes(review, plannerRoleArn(placement, kind))).toBe(true);
      expect(takes(review, stateArn(stateReaderRoleName(placement, kind)))).toBe(true);
    }
  });

  it('on the way of a change, walked on paper: each action finds every role that its stacks name, and each role has one way', () => {
    const apply = homeInfrastructurePermissions('apply', around);
    const byAction = (action: Action): readonly Statement[] => {
      if (action.configuration['ProjectName'] === 'apply') return apply;
      const cell = around.cells.find(({ cell: id }) => id === variables(action)['CELL']);
      return cell ? cellInfrastructurePermissions(cell, around) : [];
    };
    for (const action of deploying) {
      for (const stack of deployedBy(action)) {
        const placement = around.cells.find(({ cell = '' }) => stack.startsWith(`${cell}-`)) ?? HOME;
        const kind = placement.cell === undefined ? stack : stack.slice(placement.cell.length + 1);
        for (const arn of [deployerRoleArn(placement, kind), stateArn(stateRoleName(placement, kind))]) {
          expect([action.name, arn, takes(byAction(action), arn)]).toEqual([action.name, arn, true]);
        }
      }
    }
    const projects = [apply, ...around.cells.map((cell) => cellInfrastructurePermissions(cell, around))];
    for (const arn of deployers) {
      expect([arn, projects.filter((statements) => takes(statements, arn)).length]).toEqual([arn, 1]);
    }
  });

  it('of a cell reach no other cell', () => {
    const [first] = around.cells;
    if (!first) throw new Error('no cell');
    for (const statements of [
      cellInfrastructurePermissions(first, around),
      cellDriftPermissions(first, around),
    ]) {
      const taken = statements.flatMap(({ sid, resources }) => (sid.includes('This') ? resources : []));
      expect(taken.filter((arn) => arn.includes(':role/') && !arn.includes(`-${first.cell ?? ''}-`))).toEqual(
        [],
      );
    }
    expect(stackGroup('tenant-acme')).toBe('tenant');
    expect(isGround('addons')).toBe(false);
  });

  it('fit into a policy of a role, with as many cells as there may be', () => {
    const many = Array.from({ length: 16 }, (_, index) => ({
      ...USE1A,
      cell: `use1${String(index)}`.padEnd(8, 'x'),
    }));
    for (const step of ['review', 'apply'] as const) {
      // Inline policies of a role, in characters: "IAM and AWS STS quotas".
      expect(
        JSON.stringify(homeInfrastructurePermissions(step, { ...around, cells: many })).length,
      ).toBeLessThan(10_240);
    }
  });
});

describe('the construct', () => {
  const build = (targets: readonly CellTarget[]): SynthesizedStack =>
    synth((stack) => {
      const store = new ArtifactStore(stack, 'Store', { region: HOME.region, cells: [] });
      new InfrastructurePipeline(stack, 'Infrastructure', {
        ...{
          connectionArn: 'arn:aws:codeconnections:us-east-1:111111111111:connection/x',
          repository: 'bulkhead/platform',
          branch: 'main',
        },
        homeStacks: plan.homeStacks,
        cells: targets,
        program: { hash: HASH },
        stores: [store],
        scheduleGroup: 'bulkhead-prod-delivery',
        logRetentionDays: 365,
      });
    }, HOME);
  const stack = build(cells);

  it('changes the pipeline and its role for a new cell, and nothing else', () => {
    const fewer = build(cells.slice(1));
    const without = (of: SynthesizedStack): readonly unknown[] =>
      Object.keys(of.inventory())
        .flatMap((type) => of.resources(type))
        .filter(({ address }) => !/aws_codepipeline|Infrastructure_Role/.test(address))
        .map((resource) => ({ ...resource }));
    expect(without(stack).length).toBeGreaterThan(10);
    expect(without(fewer)).toEqual(without(stack));
  });

  it('takes newer executions in the place of older ones that wait', () => {
    expect(stack.only('aws_codepipeline')).toMatchObject({
      name: infrastructurePipelineName(HOME),
      pipeline_type: 'V2',
      execution_mode: 'SUPERSEDED',
    });
  });

  it('runs the program only if it is the one that was deployed', () => {
    const specs = stack
      .resources('aws_codebuild_project')
      .map((project) => JSON.stringify(project['source']));
    expect(specs).toHaveLength(4);
    for (const spec of specs.filter((text) => text.includes('PROGRAM_SHA256'))) {
      expect(spec).toContain('sha256sum --check --status');
    }
    // What runs a change's own code gets no program, and what has credentials runs no `npm`.
    expect(
      specs.filter((text) => text.includes('npm ci')).map((text) => text.includes('PROGRAM_SHA256')),
    ).toEqual([false]);
  });

  it('is refused with more cells than a stage has room for', () => {
    const many = Array.from(
      { length: 17 },
      () => cells[0] ?? { placement: USE1A, ground: GROUND, tiers: TIERS },
    );
    expect(() => build(many)).toThrow('cells must be 1 to 16');
  });
});
