import type { Statement } from '../../../constructs/access/statement';
import { boundaryStatements } from '../../../stacks/permissions/boundary';
import { identityPermissions } from '../../../stacks/permissions/identity';
import { registryPermissions } from '../../../stacks/permissions/registry';
import { tenantPermissions } from '../../../stacks/permissions/tenant';
import { registryTableArn } from '../../../stacks/registry-access';
import { allows, type Request } from '../../support/iam';
import { HOME, testPlatform, USE1A } from '../fixture';

const ZONE = 'use1a.bulkhead.example';
const deployer = identityPermissions(USE1A, ZONE);
const tenants = tenantPermissions(USE1A, 'bulkhead.example');

const tags = (where: 'Request' | 'Resource', change: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(
    Object.entries({
      ...{ platform: 'bulkhead', environment: 'prod', cell: 'use1a', tier: 'shared', tenant: 'shared' },
      ...change,
    }).map(([tag, value]) => [`aws:${where}Tag/${tag}`, value]),
  );
const own = tags('Resource');
const otherCell = tags('Resource', { cell: 'use1b' });
const pool = 'arn:aws:cognito-idp:us-east-1:222222222222:userpool/us-east-1_Ab12Cd34E';
const fn = (name: string): string => `arn:aws:lambda:us-east-1:222222222222:function:bulkhead-prod-${name}`;
const secret = (name: string): string =>
  `arn:aws:secretsmanager:us-east-1:222222222222:secret:bulkhead/prod/use1a/${name}-a1b2c3`;
const certificate = 'arn:aws:acm:us-east-1:222222222222:certificate/0a1b';
const record = (name: string, type = 'A'): Request['context'] => ({
  'route53:ChangeResourceRecordSetsRecordTypes': type,
  'route53:ChangeResourceRecordSetsNormalizedRecordNames': name,
});
const zone = 'arn:aws:route53:::hostedzone/Z1';
const wanted = (domain: string, region = 'us-east-1', validation = 'DNS'): Request['context'] => ({
  ...tags('Request'),
  'aws:RequestedRegion': region,
  'acm:DomainNames': [domain],
  'acm:ValidationMethod': validation,
});

type Row = readonly [action: string, resource: string, context?: Request['context']];
/** Rows with what their tests are called. */
const named = (rows: readonly Row[]) =>
  rows.map((row) => [`${row[0]} on ${row[1]}, ${JSON.stringify(row[2] ?? {})}`, row] as const);
const may = (statements: readonly Statement[], [action, resource, context]: Row): boolean =>
  allows(statements, { action, resource, ...(context && { context }) });

describe('the deployer of identity', () => {
  const MAY: readonly Row[] = [
    ['cognito-idp:CreateUserPool', '*', { ...tags('Request'), 'aws:RequestedRegion': 'us-east-1' }],
    ['cognito-idp:UpdateUserPool', pool, own],
    ['cognito-idp:CreateUserPoolDomain', pool, own],
    ['lambda:CreateFunction', fn('use1a-token-claims')],
    ['lambda:AddPermission', fn('use1a-token-claims'), { 'lambda:Principal': 'cognito-idp.amazonaws.com' }],
    ['acm:RequestCertificate', '*', wanted(`auth.${ZONE}`)],
    ['route53:ChangeResourceRecordSets', zone, record(`auth.${ZONE}`)],
    ['route53:ChangeResourceRecordSets', zone, record(ZONE)],
    ['route53:ChangeResourceRecordSets', zone, record(`_0a1b.auth.${ZONE}`, 'CNAME')],
    // Machines of synthetic tenants.
    ['lambda:InvokeFunction', fn('use1a-machine-client:$LATEST')],
    ['secretsmanager:CreateSecret', secret('tenant-smoke-starter-use1a/machine-credentials')],
    [
      'secretsmanager:PutResourcePolicy',
      secret('tenant-smoke-enterprise-use1a/machine-credentials'),
      { 'secretsmanager:BlockPublicPolicy': 'true' },
    ],
  ];
  const MAY_NOT: readonly Row[] = [
    // Nobody is made or seen by a deployment, and no pool thrown away.
    ['cognito-idp:AdminCreateUser', pool, own],
    ['cognito-idp:AdminSetUserPassword', pool, own],
    ['cognito-idp:AdminUpdateUserAttributes', pool, own],
    ['cognito-idp:ListUsers', pool, own],
    ['cognito-idp:DeleteUserPool', pool, own],
    ['cognito-idp:DeleteUserPoolDomain', pool, own],
    // Neither another cell's pool, nor one that it takes over by tagging it.
    ['cognito-idp:UpdateUserPool', pool, otherCell],
    ['cognito-idp:UpdateUserPool', pool],
    ['cognito-idp:TagResource', pool, { ...otherCell, ...tags('Request') }],
    // What makes tokens is called by pools only.
    ['lambda:AddPermission', fn('use1a-token-claims'), { 'lambda:Principal': '*' }],
    ['lambda:AddPermission', fn('use1a-token-claims'), { 'lambda:Principal': '999999999999' }],
    ['lambda:InvokeFunction', fn('use1a-token-claims')],
    ['lambda:InvokeFunction', fn('use1a-oidc-provider')],
    // Secrets of customers, and what is in any.
    ['secretsmanager:CreateSecret', secret('tenant-acme/machine-credentials')],
    ['secretsmanager:CreateSecret', secret('tenant-smoke-starter-use1b/machine-credentials')],
    [
      'secretsmanager:PutResourcePolicy',
      secret('tenant-acme/machine-credentials'),
      { 'secretsmanager:BlockPublicPolicy': 'true' },
    ],
    ['secretsmanager:GetSecretValue', secret('tenant-smoke-starter-use1a/machine-credentials')],
    ['secretsmanager:PutSecretValue', secret('tenant-smoke-starter-use1a/machine-credentials')],
    ['lambda:UpdateFunctionCode', fn('use1b-token-claims')],
    // Certificates and names of others.
    ['acm:RequestCertificate', '*', wanted(`acme.${ZONE}`)],
    ['acm:RequestCertificate', '*', wanted(`*.${ZONE}`)],
    ['acm:RequestCertificate', '*', wanted(`auth.${ZONE}`, 'us-east-1', 'EMAIL')],
    ['acm:DeleteCertificate', certificate, otherCell],
    ['acm:AddTagsToCertificate', certificate, { ...otherCell, ...tags('Request') }],
    ['route53:ChangeResourceRecordSets', zone, record(`acme.${ZONE}`)],
    ['route53:ChangeResourceRecordSets', zone, record(`enterprise.${ZONE}`)],
    ['route53:ChangeResourceRecordSets', zone, record('auth.use1b.bulkhead.example')],
    ['route53:ChangeResourceRecordSets', zone, record(ZONE, 'NS')],
  ];

  it.each(named(MAY))('may %s', (_, row) => {
    expect(may(deployer, row)).toBe(true);
  });

  it.each(named(MAY_NOT))('may not %s', (_, row) => {
    expect(may(deployer, row)).toBe(false);
  });
});

describe('the deployer of tenants', () => {
  const MAY: readonly Row[] = [
    ['cognito-idp:CreateResourceServer', pool, own],
    ['cognito-idp:CreateIdentityProvider', pool, own],
    ['lambda:InvokeFunction', fn('use1a-machine-client')],
    ['lambda:InvokeFunction', fn('use1a-oidc-provider')],
    // `aws_lambda_invocation` without a qualifier asks for this version: terraform-provider-aws, issue 23778.
    ['lambda:InvokeFunction', fn('use1a-machine-client:$LATEST')],
    ['lambda:InvokeFunction', fn('use1a-oidc-provider:$LATEST')],
  ];
  it.each(named(MAY))('may %s', (_, row) => {
    expect(may(tenants, row)).toBe(true);
  });

  const MAY_NOT: readonly Row[] = [
    // The pool itself, its function and its users are the cell's.
    ['cognito-idp:UpdateUserPool', pool, own],
    ['cognito-idp:SetUserPoolMfaConfig', pool, own],
    ['cognito-idp:AdminCreateUser', pool, own],
    ['cognito-idp:CreateResourceServer', pool, otherCell],
    ['lambda:InvokeFunction', fn('use1a-token-claims')],
    ['lambda:InvokeFunction', fn('use1b-machine-client')],
    ['lambda:InvokeFunction', fn('use1a-machine-client-2')],
    ['lambda:InvokeFunction', fn('use1a-machine-client:1')],
    ['lambda:InvokeFunction', fn('use1a-token-claims:$LATEST')],
    ['lambda:UpdateFunctionCode', fn('use1a-machine-client')],
    // Nor does it read or write what the function keeps for a tenant.
    [
      'secretsmanager:GetSecretValue',
      'arn:aws:secretsmanager:us-east-1:222222222222:secret:bulkhead/prod/use1a/tenant-acme/machine-credentials-a1b2c3',
    ],
    [
      'secretsmanager:PutSecretValue',
      'arn:aws:secretsmanager:us-east-1:222222222222:secret:bulkhead/prod/use1a/tenant-acme/machine-credentials-a1b2c3',
    ],
    // Names that the cell has for all.
    ['route53:ChangeResourceRecordSets', zone, record(`auth.${ZONE}`, 'CNAME')],
    ['route53:ChangeResourceRecordSets', zone, record(`app.${ZONE}`, 'CNAME')],
    ['route53:ChangeResourceRecordSets', zone, record(`_0a1b.auth.${ZONE}`, 'CNAME')],
  ];
  it.each(named(MAY_NOT))('may not %s', (_, row) => {
    expect(may(tenants, row)).toBe(false);
  });
});

describe('the boundary of a cell that reads the registry elsewhere', () => {
  const platform = testPlatform({ registry: { replicaRegions: [] } });
  const cell = platform.cells.find(({ id }) => id === 'euw1a');
  if (!cell) throw new Error('no cell euw1a');
  const placement = { ...HOME, cell: cell.id, account: cell.account, region: cell.region };
  const table = registryTableArn(platform, cell);
  const boundary = boundaryStatements(placement, undefined, table);
  const through = {
    'kms:ViaService': 'dynamodb.us-east-1.amazonaws.com',
    'aws:RequestedRegion': 'us-east-1',
  };
  const key = 'arn:aws:kms:us-east-1:111111111111:key/0a1b';

  it('lets a role get items of that table by its key, and nothing more there', () => {
    const there = { 'aws:RequestedRegion': 'us-east-1' };
    expect(may(boundary, ['dynamodb:GetItem', table, there])).toBe(true);
    expect(may(boundary, ['kms:Decrypt', key, through])).toBe(true);
    expect(may(boundary, ['dynamodb:PutItem', table, there])).toBe(false);
    expect(may(boundary, ['dynamodb:GetItem', `${table}-copy`, there])).toBe(false);
    expect(may(boundary, ['kms:Decrypt', key, there])).toBe(false);
  });

  it('says nothing of it where the copy is at hand', () => {
    expect(boundaryStatements(USE1A, undefined, registryTableArn(platform, { region: 'us-east-1' }))).toEqual(
      boundaryStatements(USE1A),
    );
  });
});

describe('the boundary of a cell, about user pools', () => {
  const boundary = boundaryStatements(USE1A);
  const as = (name: string): Request['context'] => ({
    'aws:RequestedRegion': 'us-east-1',
    'aws:PrincipalArn': `arn:aws:iam::222222222222:role/bulkhead-prod-use1a-${name}`,
  });
  const secret =
    'arn:aws:secretsmanager:us-east-1:222222222222:secret:bulkhead/prod/use1a/tenant-acme/machine-credentials-a1b2c3';

  it('leaves clients and secrets to the functions that make them, whatever roles a deployer makes', () => {
    expect(may(boundary, ['cognito-idp:CreateUserPoolClient', pool, as('machine-client')])).toBe(true);
    expect(may(boundary, ['secretsmanager:PutSecretValue', secret, as('machine-client')])).toBe(true);
    for (const other of ['tier-starter.api', 'tenant-acme.api', 'node', 'machine-client-2']) {
      expect(may(boundary, ['cognito-idp:CreateUserPoolClient', pool, as(other)])).toBe(false);
      expect(may(boundary, ['secretsmanager:PutSecretValue', secret, as(other)])).toBe(false);
    }
    expect(may(boundary, ['cognito-idp:AdminCreateUser', pool, as('machine-client')])).toBe(false);
  });
});

describe('the deployer of the registry', () => {
  const statements = registryPermissions(HOME, ['eu-west-1']);
  const table = (name: string, region = 'us-east-1'): string =>
    `arn:aws:dynamodb:${region}:111111111111:table/${name}`;

  it('sets who reads each copy of it, and of no other table', () => {
    expect(may(statements, ['dynamodb:PutResourcePolicy', table('bulkhead-prod-tenants')])).toBe(true);
    expect(may(statements, ['dynamodb:PutResourcePolicy', table('bulkhead-prod-tenants', 'eu-west-1')])).toBe(
      true,
    );
    expect(may(statements, ['dynamodb:PutResourcePolicy', table('bulkhead-dev-tenants')])).toBe(false);
  });
});
