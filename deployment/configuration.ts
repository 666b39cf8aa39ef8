type Block = Readonly<Record<string, unknown>>;

/** A stack's Terraform configuration, as far as it is looked at here. */
export interface StackTemplate {
  readonly terraform?: {
    readonly backend?: Readonly<Record<string, Block>>;
    readonly required_providers?: Readonly<
      Record<string, { readonly source?: string; readonly version?: string }>
    >;
  };
  readonly provider?: Readonly<Record<string, readonly Block[]>>;
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Block>>>>;
  readonly data?: Readonly<Record<string, Readonly<Record<string, Block>>>>;
}

/**
 * What a configuration may be made of. Whoever can write one could otherwise have Terraform run programs, read files of the
 * machine or talk to servers of his own, with the rights of whoever plans it: a plan runs providers and reads data before
 * anybody has looked at it. So this is a list of what the platform uses, and anything else is refused.
 */
const TOP = ['//', 'data', 'locals', 'moved', 'output', 'provider', 'removed', 'resource', 'terraform'];
const TERRAFORM = ['backend', 'required_providers'];
const BACKENDS: Readonly<Record<string, readonly string[]>> = {
  local: ['path'],
  s3: [
    'allowed_account_ids',
    'assume_role',
    'bucket',
    'encrypt',
    'key',
    'kms_key_id',
    'region',
    'use_lockfile',
  ],
};
const PROVIDERS: Readonly<Record<string, readonly string[]>> = {
  aws: ['alias', 'allowed_account_ids', 'assume_role', 'default_tags', 'region'],
  helm: ['kubernetes'],
  kubernetes: ['cluster_ca_certificate', 'exec', 'host'],
};
const KUBERNETES = PROVIDERS['kubernetes'] ?? [];
/** Data that tells nothing which a planner may not know, and does nothing by being read. */
const DATA = [
  'aws_availability_zones',
  'aws_caller_identity',
  'aws_iam_policy_document',
  'aws_partition',
  'aws_region',
  'aws_ssm_parameter',
];
/** Blocks that run programs. */
const RUNS = ['connection', 'postrender', 'provisioner'];
/** Attributes that name files of this machine. */
const FILES = ['chart', 'filename', 'source', 'source_dir', 'source_file'];

/**
 * What in a stack's configuration nobody may plan or apply.
 *
 * @returns sentences for a person; none if all is as the platform has it
 */
export function forbidden(stack: string, template: StackTemplate): readonly string[] {
  const { terraform = {}, provider = {}, resource = {}, data = {} } = template;
  return [
    ...others(template, TOP, 'the configuration'),
    ...others(terraform, TERRAFORM, 'terraform'),
    ...backendProblems(stack, terraform.backend ?? {}),
    ...Object.entries(terraform.required_providers ?? {}).flatMap(requirementProblems),
    ...Object.entries(provider).flatMap(([name, blocks]) => providerProblems(name, blocks)),
    ...Object.keys(resource)
      .filter((type) => !/^(aws|helm|kubernetes)_/.test(type))
      .map((type) => `resource ${type} is of a provider that the platform does not use`),
    ...Object.entries(resource).flatMap(([type, all]) =>
      Object.entries(all).flatMap(([name, block]) => blockProblems(`${type}.${name}`, block)),
    ),
    ...Object.keys(data)
      .filter((type) => !DATA.includes(type))
      .map((type) => `data ${type} is none of those that the platform reads (${DATA.join(', ')})`),
    ...fileProblems(template),
  ];
}

const others = (block: object, allowed: readonly string[], where: string): readonly string[] =>
  Object.keys(block)
    .filter((key) => !allowed.includes(key))
    .map((key) => `${where} has "${key}", which the platform does not use`);

function backendProblems(stack: string, backend: Readonly<Record<string, Block>>): readonly string[] {
  return Object.entries(backend).flatMap(([name, settings]) => {
    const allowed = BACKENDS[name];
    if (!allowed) return [`backend ${name} is not one of ${Object.keys(BACKENDS).join(', ')}`];
    const at = settings['key'] ?? settings['path'];
    const place = typeof at === 'string' ? at : '';
    const isOwn = place.split('/').at(-1) === `${stack}.tfstate`;
    return [
      ...others(settings, allowed, `backend ${name}`),
      ...(isOwn ? [] : [`its state would be at "${place}", which is not its own`]),
    ];
  });
}

function requirementProblems([name, { source = '', version = '' }]: readonly [
  string,
  { readonly source?: string; readonly version?: string },
]): readonly string[] {
  return [
    ...(PROVIDERS[name] &&
    [name, `hashicorp/${name}`, `registry.terraform.io/hashicorp/${name}`].includes(source)
      ? []
      : [`provider ${name} would come from "${source}"`]),
    ...(/^\d+\.\d+\.\d+$/.test(version)
      ? []
      : [`provider ${name} must have one exact version, got "${version}"`]),
  ];
}

function providerProblems(name: string, blocks: unknown): readonly string[] {
  const allowed = PROVIDERS[name];
  if (!allowed) return [`provider ${name} is none that the platform uses`];
  return listOf(blocks).flatMap((block) => [
    ...others(block, allowed, `provider ${name}`),
    ...listOf(block['kubernetes']).flatMap((inner) => [
      ...others(inner, KUBERNETES, `provider ${name}`),
      ...listOf(inner['exec']).flatMap(execProblems),
    ]),
    ...listOf(block['exec']).flatMap(execProblems),
  ]);
}

/** Providers of the cluster run a program for a token. It is this one. */
function execProblems({ command, args, ...rest }: Block): readonly string[] {
  const words = Array.isArray(args) ? args.map(String) : [];
  const isToken = command === 'aws' && words[0] === 'eks' && words[1] === 'get-token';
  const odd = words.filter((word) => word.startsWith('--') && !EXEC_OPTIONS.includes(word));
  return [
    ...(isToken ? [] : [`a provider would run "${String(command)} ${words.slice(0, 2).join(' ')}"`]),
    ...odd.map((word) => `a provider would run aws with ${word}`),
    ...others(rest, ['api_version'], 'exec'),
  ];
}
const EXEC_OPTIONS = ['--cluster-name', '--output', '--region', '--role-arn'];

function blockProblems(address: string, block: Block): readonly string[] {
  return [
    ...RUNS.filter((key) => key in block).map((key) => `${address} has a ${key}, which runs a program`),
    ...FILES.filter((key) => isOutside(block[key])).map(
      (key) => `${address} reads a file outside its stack: ${String(block[key])}`,
    ),
  ];
}

/** A path of this machine which leads out of the stack's folder. Names of charts in a repository are no paths. */
const isOutside = (value: unknown): boolean =>
  typeof value === 'string' && (/^[/~]/.test(value) || value.split(/[/\\]/).includes('..'));

/** Functions that read files may read the stack's own assets only. */
function fileProblems(template: StackTemplate): readonly string[] {
  const text = JSON.stringify(template);
  const calls = text.match(/\b(?:file\w*|templatefile)\([^)]{0,80}/g) ?? [];
  const bad = calls.filter((call) => !/^\w+\(\\"\.\/assets\//.test(call) || call.includes('..'));
  return bad.map((call) => `${call.slice(0, 60)}…) reads a file that is not an asset of the stack`);
}

function listOf(value: unknown): readonly Block[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]) as readonly Block[];
}
