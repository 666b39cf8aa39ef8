import type { Values } from '../plan';
import { at, kindOf, specOf } from './kinds';
import { pairs, shown, textOf } from './pairs';
import { quantity } from './quantity';
import type { RiskRule, RuleFinding } from './rule';

const found = (level: 'low' | 'high', what: string): RuleFinding => ({ level, kind: 'limit', what });

/** How much something may take of what all share: more than before, or as much as it likes. */
export const limitRule: RiskRule = ({ type, change: { before, after } }, fate) => {
  const kind = kindOf(type);
  if (fate === 'destroy' && before) {
    const isLimit = kind === 'BackendTrafficPolicy' && ratesOf(before).length > 0;
    return isLimit ? [found('high', 'is destroyed: nothing limits its requests')] : [];
  }
  if ((fate !== 'change' && fate !== 'replace') || !before || !after) return [];
  switch (kind) {
    case 'ResourceQuota':
      return amounts('', block0(specOf(before)['hard']), block0(specOf(after)['hard']));
    case 'LimitRange':
      return ranges(before, after);
    case 'NodePool':
      return amounts('limits.', block0(specOf(before)['limits']), block0(specOf(after)['limits']));
    case 'BackendTrafficPolicy':
      return rates(before, after);
    case 'PodDisruptionBudget':
      return changesOf(before, after, ['min_available', 'max_unavailable'], 'low');
    case 'ScaledObject':
    case 'HorizontalPodAutoscaler':
      return changesOf(
        before,
        after,
        ['max_replica_count', 'max_replicas', 'min_replica_count', 'min_replicas'],
        'low',
      );
    default:
      return sizes(type, before, after);
  }
};

const block0 = (value: unknown): Values => at(value)[0] ?? {};

/** Amounts by name. One that is gone is no limit any more. */
function amounts(prefix: string, before: Values, after: Values): readonly RuleFinding[] {
  return Object.entries(before).flatMap(([name, was]) => {
    const is = after[name];
    if (is === undefined || is === null)
      return [found('high', `${prefix}${name} is no longer limited: it was ${shown(was)}`)];
    const [old, now] = [quantity(was), quantity(is)];
    if (old === undefined || now === undefined || old === now) return [];
    return [
      found(
        'low',
        `${prefix}${name} goes from ${shown(was)} to ${shown(is)}${now > old ? '' : ': what takes more is refused'}`,
      ),
    ];
  });
}

function ranges(before: Values, after: Values): readonly RuleFinding[] {
  const of = (values: Values): ReadonlyMap<string, Values> =>
    new Map(
      at(specOf(values), 'limit')
        .concat(at(specOf(values), 'limits'))
        .map((limit) => [String(limit['type']), limit]),
    );
  const now = of(after);
  return [...of(before)].flatMap(([type, limit]) => {
    const later = now.get(type) ?? {};
    return ['default', 'default_request', 'max', 'max_limit_request_ratio'].flatMap((name) =>
      amounts(`${type} ${name} `, block0(limit[name]), block0(later[name])),
    );
  });
}

interface Rate {
  readonly requests: number;
  readonly unit: string;
}

/** Requests that a policy of Envoy Gateway lets through. Source: "Rate Limit", Envoy Gateway docs. */
const ratesOf = (values: Values): readonly Rate[] => {
  const limits = at(specOf(values), 'rate_limit');
  return [...at(limits, 'global', 'rules'), ...at(limits, 'local', 'rules')].flatMap((rule) =>
    at(rule, 'limit').map(({ requests, unit }) => ({ requests: Number(requests), unit: String(unit) })),
  );
};

const SECONDS: Readonly<Record<string, number>> = { Second: 1, Minute: 60, Hour: 3600, Day: 86_400 };
const perSecond = ({ requests, unit }: Rate): number => requests / (SECONDS[unit] ?? 1);
const rateText = ({ requests, unit }: Rate): string => `${String(requests)} per ${unit.toLowerCase()}`;

function rates(before: Values, after: Values): readonly RuleFinding[] {
  const [was, is] = [ratesOf(before), ratesOf(after)];
  const gone = was.length - is.length;
  if (gone > 0) {
    const what =
      is.length === 0
        ? 'nothing limits its requests any more'
        : `${String(gone)} of its limits of requests are gone`;
    return [found('high', what)];
  }
  return was.flatMap((rate, index) => {
    const now = is[index];
    if (!now || perSecond(now) === perSecond(rate)) return [];
    const turn = perSecond(now) > perSecond(rate) ? 'lets through' : 'lets through only';
    return [found('low', `${turn} ${rateText(now)}, and no longer ${rateText(rate)}`)];
  });
}

const changesOf = (
  before: Values,
  after: Values,
  names: readonly string[],
  level: 'low' | 'high',
): readonly RuleFinding[] => {
  const [was, is] = [specOf(before), specOf(after)];
  return names
    .filter((name) => textOf(was[name]) !== textOf(is[name]))
    .map((name) => found(level, `${name} goes from ${shown(was[name])} to ${shown(is[name])}`));
};

/** Settings by which AWS sizes something. */
const SIZES =
  /(^|\.)(instance_class|instance_type|instance_types|node_type|min_capacity|max_capacity|num_node_groups|desired_size|min_size|max_size|allocated_storage|memory_size|reserved_concurrent_executions|provisioned_concurrent_executions|read_capacity|write_capacity|max_connections_percent|throughput|iops)(\.\d+)?$/;

function sizes(type: string, before: Values, after: Values): readonly RuleFinding[] {
  if (!type.startsWith('aws_')) return [];
  return pairs(before, after)
    .filter(({ path }) => SIZES.test(path.join('.')))
    .map(({ path, before: was, after: is }) =>
      found(
        'low',
        `${path.filter((step) => !/^\d+$/.test(step)).join('.')} goes from ${shown(was)} to ${shown(is)}`,
      ),
    );
}
