import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTree, review } from '../../review';
import { synthesized } from '../support/synthesized';

/**
 * Switches of the platform that may be turned and nobody is told. Whoever adds one to the platform decides whether it belongs here
 * or is one more guard in `review/rules`.
 */
const HARMLESS: readonly string[] = [
  'aws_athena_workgroup.configuration.publish_cloudwatch_metrics_enabled',
  // How the pages of signing in look.
  'aws_cognito_managed_login_branding.use_cognito_provided_values',
  // Whether people get a letter beside what is done.
  'aws_cognito_risk_configuration.account_takeover_risk_configuration.actions.high_action.notify',
  'aws_cognito_risk_configuration.account_takeover_risk_configuration.actions.low_action.notify',
  'aws_cognito_risk_configuration.account_takeover_risk_configuration.actions.medium_action.notify',
  // Cognito refuses a change of what is there.
  'aws_cognito_user_pool.schema.developer_only_attribute',
  'aws_cognito_user_pool.schema.mutable',
  'aws_cognito_user_pool.schema.required',
  // Turned off, nobody signs in: what is asked of those who do is `allowed_oauth_flows`.
  'aws_cognito_user_pool_client.allowed_oauth_flows_user_pool_client',
  // How something ends, or is made anew.
  'aws_eks_addon.preserve',
  'aws_launch_template.block_device_mappings.ebs.delete_on_termination',
  'aws_launch_template.update_default_version',
  'aws_lb_target_group.connection_termination',
  // On already.
  'aws_elasticache_replication_group.apply_immediately',
  // How the history of requests is laid out.
  'aws_glue_catalog_table.parameters.projection.enabled',
  'aws_glue_catalog_table.storage_descriptor.ser_de_info.parameters.ignore.malformed.json',
  'aws_kinesis_firehose_delivery_stream.extended_s3_configuration.dynamic_partitioning_configuration.enabled',
  'aws_kinesis_firehose_delivery_stream.extended_s3_configuration.processing_configuration.enabled',
  // Costs.
  'aws_s3_bucket_lifecycle_configuration.rule.expiration.expired_object_delete_marker',
  'aws_s3_bucket_server_side_encryption_configuration.rule.bucket_key_enabled',
  'aws_vpc.enable_dns_hostnames',
  'helm_release.dependency_update',
  // Turned off, its program has no token; a file system of its own stays read-only.
  'kubernetes_cron_job_v1.spec.job_template.spec.template.spec.automount_service_account_token',
  'kubernetes_cron_job_v1.spec.job_template.spec.template.spec.container.volume_mount.read_only',
  'kubernetes_cron_job_v1.spec.job_template.spec.template.spec.enable_service_links',
  'kubernetes_deployment_v1.spec.template.metadata.annotations.prometheus.io/scrape',
  'kubernetes_deployment_v1.spec.template.spec.container.volume_mount.read_only',
  'kubernetes_deployment_v1.spec.template.spec.enable_service_links',
  // What Terraform waits for.
  'kubernetes_job_v1.wait_for_completion',
  'kubernetes_service_v1.wait_for_load_balancer',
];

type Json = Readonly<Record<string, unknown>>;
interface Switch {
  readonly stack: string;
  readonly type: string;
  readonly name: string;
  readonly path: readonly string[];
}

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bulkhead-switches-'));
});
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** What says how Terraform goes about a resource, and all but the first two parts of a list. */
const NO_SETTING = /^(\/\/|lifecycle|timeouts|[2-9]|\d\d+)$/;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Paths of all that is on or off in a resource; in lists, of their first two parts. */
function switchesIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (/^(true|false)$/.test(String(value)) && !Array.isArray(value)) return [path];
  if (!isJson(value)) return [];
  return Object.entries(value)
    .filter(([step]) => !NO_SETTING.test(step))
    .flatMap(([step, part]) => switchesIn(part, [...path, step]));
}

const nameOf = ({ path }: Pick<Switch, 'path'>): string =>
  path.filter((step) => !/^\d+$/.test(step)).join('.');

/** Lists stay lists. */
function turned(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) {
    const isOn = String(value) === 'true';
    return typeof value === 'string' ? String(!isOn) : !isOn;
  }
  if (Array.isArray(value)) {
    return value.map((part: unknown, index) => (String(index) === step ? turned(part, rest) : part));
  }
  return { ...(value as Json), [step]: turned((value as Json)[step], rest) };
}

const templateOf = (out: string, stack: string): Json =>
  JSON.parse(readFileSync(join(out, 'stacks', stack, 'cdk.tf.json'), 'utf8')) as Json;

/** One of each kind. */
function allSwitches(out: string): readonly Switch[] {
  const { stacks } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
    readonly stacks: Json;
  };
  const found = new Map<string, Switch>();
  for (const stack of Object.keys(stacks)) {
    const resources = (templateOf(out, stack)['resource'] ?? {}) as Readonly<Record<string, Json>>;
    for (const [type, all] of Object.entries(resources)) {
      for (const [name, values] of Object.entries(all)) {
        for (const path of switchesIn(values)) {
          const one = { stack, type, name, path };
          const key = `${type}.${nameOf(one)}`;
          if (!found.has(key)) found.set(key, one);
        }
      }
    }
  }
  return [...found.values()];
}

/** A stack with one resource of those that it has. */
function alone(template: Json, type: string, name: string): Json {
  const all = template['resource'] as Readonly<Record<string, Json>>;
  return { ...template, resource: { [type]: { [name]: all[type]?.[name] } } };
}

let sides = 0;

/** A platform of one stack. @returns its folder */
function platformOf(stack: string, template: Json): string {
  const folder = join(scratch, String((sides += 1)));
  mkdirSync(join(folder, 'stacks', stack), { recursive: true });
  const entry = { name: stack, dependencies: [], synthesizedStackPath: `stacks/${stack}/cdk.tf.json` };
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ version: '0.21.0', stacks: { [stack]: entry } }),
  );
  writeFileSync(join(folder, 'stacks', stack, 'cdk.tf.json'), JSON.stringify(template));
  return folder;
}

it('every switch of the platform that is turned is told, but for those that do no harm', async () => {
  const out = synthesized({ environment: 'dev' });
  const untold: string[] = [];
  for (const one of allSwitches(out)) {
    const { stack, type, name, path } = one;
    const template = alone(templateOf(out, stack), type, name);
    const head = turned(template, ['resource', type, name, ...path]) as Json;
    const { risk } = await review(readTree(platformOf(stack, template)), readTree(platformOf(stack, head)));
    if (risk === 'none') untold.push(`${type}.${nameOf(one)}`);
  }
  expect(untold.sort()).toEqual([...HARMLESS].sort());
}, 60_000);
