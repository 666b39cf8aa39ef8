import { type Expected, type GoldenCase, type Platform, type StackContent } from './golden-case';

const [SHARED, TABLES, API] = ['use1a-shared', 'use1a-tables', 'use1a-api'] as const;
const TABLE = 'aws_dynamodb_table.it';

const table = { name: 'orders', billing_mode: 'PAY_PER_REQUEST', hash_key: 'pk' };
const queue = (more: object = {}) => ({ aws_sqs_queue: { other: { name: 'calls', ...more } } });
const it = (type: string, values: object) => ({ [type]: { it: { ...values } } });

/** Two stacks of a cell, of which the one or the other has something. */
const platform = (shared: StackContent, tables: StackContent): Platform => ({
  [SHARED]: { ...shared, resource: { ...queue(), ...shared.resource } },
  [TABLES]: { ...tables, resource: { ...queue({ name: 'answers' }), ...tables.resource } },
});

/** Whatever it is, goes from the one to the other; `shared` and `tables` are what they have besides. */
const moved = (
  name: string,
  resource: NonNullable<StackContent['resource']>,
  [there, back]: readonly [readonly Expected[], readonly Expected[]],
  { shared, tables }: { readonly shared?: StackContent; readonly tables?: StackContent } = {},
): GoldenCase => ({
  name,
  before: platform({ ...shared, resource }, { ...tables }),
  after: platform({ ...shared }, { ...tables, resource }),
  expects: there,
  reversed: back,
});

/** Stacks that stay as they are, and depend on others: those that each depends on, before and after. */
const ordered = (
  name: string,
  [before, after]: readonly [Dependencies, Dependencies],
  [there, back]: readonly [readonly Expected[], readonly Expected[]],
): GoldenCase => ({
  name,
  before: dependent(before),
  after: dependent(after),
  expects: there,
  reversed: back,
});

type Dependencies = Readonly<Record<string, readonly string[]>>;
const dependent = (on: Dependencies): Platform =>
  Object.fromEntries(
    [SHARED, TABLES, API].map((name) => [name, { resource: queue({ name }), dependencies: on[name] ?? [] }]),
  );

const rule = it('aws_vpc_security_group_egress_rule', {
  ...{ security_group_id: '${aws_security_group.it.id}', cidr_ipv4: '10.0.0.0/8' },
  ...{ ip_protocol: 'tcp', from_port: 443, to_port: 443 },
});
const elsewhere = { aws: [{ region: 'eu-west-1' }] };

const lost = 'here it is destroyed, and with it its items; there Terraform creates another one';
const taken = 'or fails where its name is taken';

export const BETWEEN_STACKS: readonly GoldenCase[] = [
  moved('a table goes to a stack that is deployed in any order', it('aws_dynamodb_table', table), [
    [
      [
        'high',
        'move',
        TABLE,
        `goes to use1a-tables, between states that do not know of each other: ${lost} before or after that, ${taken}`,
      ],
    ],
    [
      [
        'high',
        'move',
        TABLE,
        `goes to use1a-shared, between states that do not know of each other: ${lost} before or after that, ${taken}`,
      ],
    ],
  ]),
  moved(
    'a table goes to a stack that is deployed later, or back to one that is deployed first',
    it('aws_dynamodb_table', table),
    [
      [['high', 'move', TABLE, `${lost} after that`]],
      [['high', 'move', TABLE, `${lost} before that, ${taken}`]],
    ],
    { tables: { dependencies: [SHARED] } },
  ),
  moved(
    'a role goes to another stack: nothing is lost, and yet it is made anew',
    it('aws_iam_role', { name: 'a', assume_role_policy: '{}' }),
    [
      [['low', 'move', 'aws_iam_role.it', 'goes to use1a-tables']],
      [['low', 'move', 'aws_iam_role.it', 'goes to use1a-shared']],
    ],
  ),
  {
    name: 'a table has another id, and other settings, in the stack that it goes to',
    before: platform({ resource: it('aws_dynamodb_table', table) }, {}),
    after: platform(
      {},
      { resource: { aws_dynamodb_table: { fresh: { ...table, billing_mode: 'PROVISIONED' } } } },
    ),
    expects: [['high', 'move', TABLE, 'goes to use1a-tables as aws_dynamodb_table.fresh']],
    reversed: [['high', 'move', 'aws_dynamodb_table.fresh', 'goes to use1a-shared as aws_dynamodb_table.it']],
  },
  moved(
    'a key, which has no name, goes to another stack',
    it('aws_kms_key', { description: 'of all', enable_key_rotation: true }),
    [
      [['high', 'move', 'aws_kms_key.it', 'is destroyed, and with it everything it encrypts']],
      [['high', 'move', 'aws_kms_key.it', 'is destroyed, and with it everything it encrypts']],
    ],
  ),
  {
    name: 'a table is forgotten in one stack and imported in another, as it should be',
    before: platform({ resource: it('aws_dynamodb_table', table) }, {}),
    after: platform(
      { removed: [{ from: TABLE, lifecycle: { destroy: false } }] },
      { resource: it('aws_dynamodb_table', table), import: [{ to: TABLE, id: 'orders' }] },
    ),
    expects: [
      [
        'low',
        'move',
        TABLE,
        'here it is forgotten by Terraform, and stays as it is; there Terraform imports it',
      ],
    ],
    reversed: [['high', 'move', TABLE, lost]],
  },
  {
    name: 'a table is forgotten in one stack, and made anew in another',
    before: platform({ resource: it('aws_dynamodb_table', table) }, {}),
    after: platform(
      { removed: [{ from: TABLE, lifecycle: { destroy: false } }] },
      { resource: it('aws_dynamodb_table', table) },
    ),
    expects: [['high', 'move', TABLE, `stays as it is; there Terraform creates another one, ${taken}`]],
    reversed: [['high', 'move', TABLE, lost]],
  },
  {
    name: 'a table is imported in one stack, and destroyed in another all the same',
    before: platform({ resource: it('aws_dynamodb_table', table) }, {}),
    after: platform(
      {},
      {
        resource: it('aws_dynamodb_table', table),
        import: [{ to: TABLE, id: 'orders' }],
        dependencies: [SHARED],
      },
    ),
    expects: [
      ['high', 'move', TABLE, 'and with it its items; there Terraform imports it after that'],
      ['low', 'order', SHARED, 'is waited for from now on'],
    ],
    reversed: [
      ['high', 'move', TABLE, lost],
      ['low', 'order', SHARED, 'is waited for no more'],
    ],
  },
  {
    name: 'a stack is split: what goes to the new one is made anew, and what comes back from one that is gone too',
    before: { [SHARED]: { resource: { ...queue(), ...it('aws_dynamodb_table', table) } } },
    after: platform({}, { resource: it('aws_dynamodb_table', table) }),
    expects: [
      ['high', 'move', TABLE, `goes to use1a-tables, between states that do not know of each other: ${lost}`],
    ],
    reversed: [
      ['low', 'removed', TABLES, 'is written down no more'],
      [
        'high',
        'move',
        TABLE,
        'goes to use1a-shared, between states that do not know of each other: here it stays as it is',
      ],
    ],
  },
  {
    name: 'what one tenant has lost, another one has not got, however alike',
    before: {
      'use1a-tenant-acme': { resource: { ...queue(), ...rule } },
      'use1a-tenant-globex': { resource: queue() },
    },
    after: {
      'use1a-tenant-acme': { resource: queue() },
      'use1a-tenant-globex': { resource: { ...queue(), ...rule } },
    },
    expects: [
      ['low', 'removed', 'aws_vpc_security_group_egress_rule.it', 'is destroyed'],
      ['low', 'network', 'aws_vpc_security_group_egress_rule.it', 'lets out to 10.0.0.0/8 on port 443'],
    ],
    reversed: [
      ['low', 'removed', 'aws_vpc_security_group_egress_rule.it', 'is destroyed'],
      ['low', 'network', 'aws_vpc_security_group_egress_rule.it', 'lets out to 10.0.0.0/8 on port 443'],
    ],
  },
  {
    name: 'of several that are alike, nobody can tell which one went where',
    before: platform({ resource: { aws_eip: { a: { domain: 'vpc' }, b: { domain: 'vpc' } } } }, {}),
    after: platform({}, { resource: { aws_eip: { a: { domain: 'vpc' }, b: { domain: 'vpc' } } } }),
    expects: [
      ['low', 'removed', 'aws_eip.a', 'is destroyed'],
      ['low', 'removed', 'aws_eip.b', 'is destroyed'],
    ],
    reversed: [
      ['low', 'removed', 'aws_eip.a', 'is destroyed'],
      ['low', 'removed', 'aws_eip.b', 'is destroyed'],
    ],
  },
  {
    name: 'the same name in another region is of another table',
    before: platform({ resource: it('aws_dynamodb_table', table) }, { provider: elsewhere }),
    after: platform({}, { provider: elsewhere, resource: it('aws_dynamodb_table', table) }),
    expects: [['high', 'data', TABLE, 'is destroyed, and with it its items']],
    reversed: [['high', 'data', TABLE, 'is destroyed, and with it its items']],
  },
  ordered(
    'a stack waits for another one no more',
    [{ [TABLES]: [SHARED] }, {}],
    [
      [['low', 'order', SHARED, 'is waited for no more: it may now be deployed later or at the same time']],
      [['low', 'order', SHARED, 'is waited for from now on: it is deployed first']],
    ],
  ),
  ordered(
    'a stack that waited for another one is waited for by it',
    [{ [TABLES]: [SHARED] }, { [SHARED]: [TABLES] }],
    [
      [
        ['low', 'order', SHARED, 'it is now deployed later, where it was deployed first'],
        ['low', 'order', TABLES, 'it is now deployed first, where it was deployed later'],
      ],
      [
        ['low', 'order', TABLES, 'it is now deployed later, where it was deployed first'],
        ['low', 'order', SHARED, 'it is now deployed first, where it was deployed later'],
      ],
    ],
  ),
  ordered(
    'a dependency that others imply is no matter',
    [
      { [TABLES]: [SHARED], [API]: [TABLES, SHARED] },
      { [TABLES]: [SHARED], [API]: [TABLES] },
    ],
    [[], []],
  ),
  ordered(
    'what others implied is no more when the one between them goes',
    [
      { [TABLES]: [SHARED], [API]: [TABLES] },
      { [TABLES]: [SHARED], [API]: [] },
    ],
    [
      [['low', 'order', TABLES, 'is waited for no more']],
      [['low', 'order', TABLES, 'is waited for from now on']],
    ],
  ),
  {
    name: 'a new stack that another one waits for is told, one that is gone keeps nobody waiting',
    before: { [API]: {} },
    after: { [SHARED]: {}, [API]: { dependencies: [SHARED] } },
    expects: [['low', 'order', SHARED, 'is waited for from now on']],
    reversed: [['low', 'removed', SHARED, 'is written down no more']],
  },
];
