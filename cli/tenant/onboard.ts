import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TenantItem } from '../../constructs/registry/tenant-item';
import { LifecycleError, Refused } from '../../lifecycle/mistake';
import { isPooled, type OnboardingRequest, readRequest } from '../../lifecycle/request';
import type { OpenProps as PlaceProps } from '../../lifecycle/surroundings/open';
import type { StacksPlan, Surroundings } from '../../lifecycle/surroundings';
import { isAbove, type Risk, RISKS } from '../../review/finding';
import {
  type CommandContext,
  EXIT,
  type ExitCode,
  inSurroundings,
  type Open,
  type OpenProps,
  type TenantFlags,
  tenantSubcommand,
} from './common';
import { confirmBy } from './confirm';

interface OnboardFlags extends TenantFlags {
  readonly from?: string;
  readonly tier?: string;
  readonly cell?: string;
  readonly region?: string;
  readonly shard?: string;
  readonly name?: string;
  readonly contact?: string;
  readonly rateLimit?: number;
  readonly nodePool?: string;
  readonly key?: string;
  readonly push?: true;
  readonly until?: string;
  readonly undo?: true;
  readonly allowRisk?: Risk;
  readonly fail?: string;
  readonly latency?: number;
}

/** The command `bulkhead tenant onboard`. @param open makes the surroundings. @default - AWS or a rehearsal, as options say */
export function onboardCommand(open?: Open): Command {
  return tenantSubcommand('onboard')
    .summary('make a tenant: place, stack, tokens, checked with a token of its own')
    .description(
      'Onboards a tenant. Everything is checked before anything is written: the request, config with this tenant in it, and what ' +
        'the platform promises. A starter or professional tenant gets a place in a shard and is served at once. An enterprise ' +
        'tenant gets a file, a stack of its own, and is served when a call with its own token has been let in. The same command ' +
        'goes on wherever it was stopped, and does nothing twice.',
    )
    .argument('<id>', 'tenant: 2-31 lowercase letters and digits, joined by single hyphens')
    .option('--from <file>', 'the request in a file of JSON or YAML, - for standard input; options add to it')
    .addOption(new Option('--tier <tier>', 'product plan').choices(['starter', 'professional', 'enterprise']))
    .option('--name <name>', "the customer's name, for people")
    .option('--contact <address>', 'e-mail address that is told of maintenance and incidents')
    .option('--cell <cell>', 'cell that it shall live in (default: the one with most room)')
    .option('--region <region>', 'region whose cells may be chosen (default: any)')
    .option('--shard <shard>', 'starter and professional: shard of --cell (default: the emptiest)')
    .option('--rate-limit <calls>', "API calls a second (default: the tier's)", whole)
    .addOption(
      new Option('--node-pool <pool>', 'enterprise: whose nodes run its pods (default: shared)').choices([
        'shared',
        'own',
      ]),
    )
    .option('--key <key>', 'idempotency key (default: onboard-<id>)')
    .option('--push', "enterprise: put its file on the platform's branch, in a commit of its own, and push")
    .option('--until <phase>', 'enterprise: stop after this phase; the same command without it goes on')
    .addOption(
      new Option(
        '--allow-risk <level>',
        'highest risk of a plan that is applied without asking (default: low; in a rehearsal high)',
      ).choices(RISKS),
    )
    .option('--undo', 'take it back, as long as nothing is deployed')
    .option('--fail <stack:address>', 'in a rehearsal, make one resource fail')
    .option('--latency <ms>', 'in a rehearsal, wait before every change of a resource', milliseconds)
    .addHelpText('after', HELP)
    .action((id: string, flags: OnboardFlags) =>
      inSurroundings(flags, (context) => run(id, flags, context), open ?? placeOf(flags)),
    );
}

const HELP = `
Exit codes: 0 done; 1 failed on the way, the same command goes on; 2 the request makes no sense, nothing was written;
3 refused; 4 stopped by --until; 130 interrupted

Try it on this machine, in seconds:  npx bulkhead tenant onboard globex --tier enterprise --rehearse
When a phase fails: docs/runbooks/onboarding.md`;

/** Loaded here, for the AWS SDK and the rehearsal take their time. */
const placeOf =
  ({ fail, latency }: Pick<OnboardFlags, 'fail' | 'latency'>) =>
  async ({ kind, root, environment, as, signal }: OpenProps): Promise<Surroundings> => {
    if (kind === 'aws' && (fail !== undefined || latency !== undefined)) {
      throw new LifecycleError('--fail and --latency go with --rehearse: nothing is made to fail on AWS');
    }
    const { openSurroundings } = await import('../../lifecycle/surroundings/open');
    const props: PlaceProps = {
      ...{ kind, root, environment, signal },
      ...(as !== undefined && { as }),
      ...(fail !== undefined && { fail }),
      ...(latency !== undefined && { latencyMs: latency }),
    };
    return openSurroundings(props);
  };

async function run(id: string, flags: OnboardFlags, context: CommandContext): Promise<ExitCode> {
  const request = requestOf(id, flags);
  return isPooled(request) ? pooled(request, flags, context) : dedicated(request, flags, context);
}

/** What options and the file of `--from` ask for. @throws LifecycleError with everything that is wrong */
function requestOf(id: string, flags: OnboardFlags): OnboardingRequest {
  const { from, tier, cell, region, shard, name, contact, rateLimit, nodePool } = flags;
  const options = { id, tier, cell, region, shard, name, contact, rateLimitPerSecond: rateLimit, nodePool };
  if (from === undefined) return readRequest({ file: 'the options', text: '{}' }, options);
  return readRequest({ file: from === '-' ? 'standard input' : from, text: textOf(from) }, options);
}

function textOf(from: string): string {
  try {
    return readFileSync(from === '-' ? 0 : from, 'utf8');
  } catch (error) {
    throw new LifecycleError(`--from ${from} cannot be read: ${(error as Error).message}`);
  }
}

async function pooled(
  request: Extract<OnboardingRequest, { tier: 'starter' | 'professional' }>,
  { key, undo }: OnboardFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const { onboardPooled, undoPooled } = await import('../../lifecycle/onboard/pooled');
  const { surroundings, emit, signal } = context;
  const props = { request, surroundings, emit, signal, ...(key !== undefined && { key }) };
  const item = undo === true ? await undoPooled(props) : await onboardPooled(props);
  const { tenantId: tenant, tier, state, cell, shard, scopes } = item;
  context.result({ tenant, tier, state, cell, shard, scopes }, () =>
    cell === undefined
      ? `${tenant} has no place; its row stays, state ${state}`
      : `${tenant} is ${state} in ${cell}, ${shard ?? ''}. Its people sign in as users of the cell: docs/guides/tenants.md`,
  );
  return EXIT.done;
}

async function dedicated(
  request: Extract<OnboardingRequest, { tier: 'enterprise' }>,
  flags: OnboardFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const { onboardDedicated, undoDedicated } = await import('../../lifecycle/onboard/dedicated');
  const { handoverOf, handoverText } = await import('../../lifecycle/onboard/handover');
  const { surroundings, emit, signal } = context;
  const { PHASES } = await import('../../lifecycle/onboard/phases');
  const until = PHASES.find((phase) => phase === flags.until);
  if (flags.until !== undefined && until === undefined) {
    throw new LifecycleError(`--until must be one of ${PHASES.join(', ')}, got ${flags.until}`);
  }
  const props = {
    ...{ request, surroundings, emit, signal, approve: approval(flags, context) },
    ...(flags.key !== undefined && { key: flags.key }),
    ...(flags.push === true && { branch: surroundings.platform().delivery.branch }),
    ...(until !== undefined && { until }),
  };
  const item = flags.undo === true ? await undoDedicated(props) : await onboardDedicated(props);
  if (item.operation?.outcome === 'done') {
    const handover = await handoverOf(item, surroundings);
    context.result(handover, () => handoverText(handover, surroundings.kind));
    return EXIT.done;
  }
  context.result(
    shortOf(item),
    () => `${item.tenantId}: state ${item.state}, phase ${item.operation?.phase ?? 'none'}`,
  );
  return item.operation?.outcome === 'undone' ? EXIT.done : EXIT.waiting;
}

const shortOf = ({ tenantId: tenant, tier, state, cell, operation }: TenantItem): object => ({
  ...{ tenant, tier, state, cell },
  phase: operation?.phase,
});

/** Where nobody can be asked, what is of low risk goes on. What is above what is allowed, no `--yes` lets through. */
const approval =
  ({ yes, json, allowRisk }: OnboardFlags, { surroundings, confirm }: CommandContext) =>
  async ({ risk, changes }: StacksPlan, stack: string): Promise<void> => {
    if (changes === 0) return;
    const isAsked = json !== true && process.stdin.isTTY && process.stdout.isTTY;
    // In a rehearsal nothing is at stake, and all of it is to be seen.
    const allowed = allowRisk ?? (surroundings.kind === 'rehearsal' ? 'high' : 'low');
    if (!isAbove(risk, allowed)) {
      if (isAsked && yes !== true) await confirm(`Apply this plan to ${stack}`);
      return;
    }
    if (isAsked) return confirmBy({})(`Apply this plan of ${risk} risk to ${stack}`, stack);
    throw new Refused(`the plan of ${stack} is of ${risk} risk, and nobody is there to ask`, [
      'look at the findings above; if they are what you want, add --allow-risk high',
    ]);
  };

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('Must be a whole number, 1 or more.');
  return value;
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) {
    throw new InvalidArgumentError('Must be a whole number of milliseconds, 0 or more.');
  }
  return value;
}
