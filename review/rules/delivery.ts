import { canonical } from '../canonical';
import type { Values } from '../plan';
import { block } from '../values';
import { at, kindOf, specOf } from './kinds';
import { added } from './pairs';
import type { RiskRule, RuleFinding } from './rule';

const found = (level: 'low' | 'high', what: string): RuleFinding => ({ level, kind: 'delivery', what });

/** Types that decide what is deployed from now on, by whom and after which checks. */
const DELIVERS: readonly string[] = ['aws_codebuild_project', 'aws_codepipeline'];

const FATES = {
  create: 'is new',
  change: 'changes',
  replace: 'is replaced',
  destroy: 'is destroyed',
  forget: 'is forgotten',
} as const;

/** A change of what delivers is a change of everything that it will deliver. */
export const deliveryRule: RiskRule = ({ type, change: { before, after } }, fate) => {
  if (fate === 'none') return [];
  if (DELIVERS.includes(type)) {
    const more = type === 'aws_codepipeline' && before && after ? additions(before, after) : undefined;
    if (more !== undefined) return [found('low', more)];
    return [
      ...(type === 'aws_codepipeline' && before && after ? gates(before, after) : []),
      found('high', `${FATES[fate]}: it decides what is deployed from now on`),
    ];
  }
  const kind = kindOf(type);
  if (kind === 'Rollout' && before && after) return rollout(before, after);
  if (kind === 'AnalysisTemplate' || kind === 'ClusterAnalysisTemplate') return analysis(before, after);
  return [];
};

/** What must be so before a stage of a pipeline begins or ends, and who must agree. */
function gates(before: Values, after: Values): readonly RuleFinding[] {
  const stagesOf = (values: Values): ReadonlyMap<string, Values> =>
    new Map(at(values, 'stage').map((stage) => [String(stage['name']), stage]));
  const now = stagesOf(after);
  return [...stagesOf(before)].flatMap(([name, stage]) => {
    const later = now.get(name);
    if (!later) return [found('high', `no longer has the stage ${name}`)];
    const dropped = ['before_entry', 'on_success', 'on_failure'].filter(
      (gate) => added(at(later, gate), at(stage, gate), canonical).length > 0,
    );
    const approvals = (values: Values): readonly string[] =>
      at(values, 'action')
        .filter(({ category }) => category === 'Approval' || category === 'Test')
        .map((action) => String(action['name']));
    const gone = added(approvals(later), approvals(stage), (text) => text);
    return [
      ...dropped.map((gate) => found('high', `${gate} of the stage ${name} is no longer what it was`)),
      ...gone.map((action) => found('high', `the stage ${name} goes without ${action}`)),
    ];
  });
}

/** What a pipeline says of itself, and of what is no matter here. */
const STATED: readonly string[] = ['//', 'arn', 'id', 'stage', 'tags', 'tags_all', 'depends_on'];

const without = (values: Values, ...names: readonly string[]): string =>
  canonical(Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name))));

/**
 * How a pipeline does what it did to more than before, or to others; undefined if it changes in any other way. All stages,
 * gates and actions of old are there, and what is new is done by the projects that it has had.
 */
function additions(before: Values, after: Values): string | undefined {
  const [old, now] = [at(before, 'stage'), at(after, 'stage')];
  const projects = new Set(at(old, 'action').map(projectOf));
  const isSame =
    without(before, ...STATED) === without(after, ...STATED) &&
    old.length === now.length &&
    old.every((stage, index) => {
      const later = now[index] ?? {};
      return (
        without(stage, 'action') === without(later, 'action') &&
        haveAll(at(later, 'action'), at(stage, 'action'))
      );
    });
  if (!isSame) return undefined;
  const known = new Set(at(old, 'action').map(({ name }) => String(name)));
  const news = at(now, 'action').filter(({ name }) => !known.has(String(name)));
  if (news.some((action) => action['category'] !== 'Build' || !projects.has(projectOf(action))))
    return undefined;
  return news.length > 0
    ? `does to more what it does: ${news.map(({ name }) => String(name)).join(', ')}`
    : 'gives other variables to its projects';
}

const projectOf = ({ configuration }: Values): string => String(block(configuration)['ProjectName']);

/** Whether actions of old are all there, and but for variables as they were. */
const haveAll = (now: readonly Values[], old: readonly Values[]): boolean =>
  old.every((action) => {
    const later = now.find(({ name }) => name === action['name']);
    return later !== undefined && bare(action) === bare(later);
  });

const bare = (action: Values): string =>
  `${without(action, 'configuration')} ${without(block(action['configuration']), 'EnvironmentVariables')}`;

const ANALYSES = ['pre_promotion_analysis', 'post_promotion_analysis', 'analysis'] as const;

/** Checks between the versions of a release. */
function rollout(before: Values, after: Values): readonly RuleFinding[] {
  const strategies = (values: Values): readonly Values[] => [
    ...at(specOf(values), 'strategy', 'blue_green'),
    ...at(specOf(values), 'strategy', 'canary'),
  ];
  const templates = (values: Values, name: string): readonly string[] =>
    [...at(strategies(values), name), ...at(strategies(values), 'steps', name)]
      .flatMap((one) => at(one, 'templates'))
      .map(canonical);
  const gone = ANALYSES.filter(
    (name) => added(templates(after, name), templates(before, name), (text) => text).length > 0,
  );
  const [was, is] = [before, after].map((values) => strategies(values)[0]?.['auto_promotion_enabled']);
  return [
    ...gone.map((name) => found('high', `releases go on without an analysis of ${name}`)),
    ...(was === false && is !== false ? [found('high', 'promotes new versions by itself')] : []),
  ];
}

function analysis(before: Values | null, after: Values | null): readonly RuleFinding[] {
  if (!before) return [];
  if (!after) return [found('high', 'is destroyed: releases go on without it')];
  const metrics = (values: Values): ReadonlyMap<string, Values> =>
    new Map(at(specOf(values), 'metrics').map((metric) => [String(metric['name']), metric]));
  const now = metrics(after);
  return [...metrics(before)].flatMap(([name, metric]) => {
    const later = now.get(name);
    if (!later) return [found('high', `no longer looks at ${name}`)];
    return canonical(metric) === canonical(later)
      ? []
      : [found('low', `judges ${name} in another way: ${changedIn(metric, later).join(', ')}`)];
  });
}

const changedIn = (before: Values, after: Values): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => canonical(before[name]) !== canonical(after[name]),
  );
