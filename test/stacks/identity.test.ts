import { Testing } from 'cdktf';
import type { Platform } from '../../config/platform';
import { SELECTIVE } from '../../constructs/core/contract';
import { IdentityStack } from '../../stacks/identity';
import { RegistryStack } from '../../stacks/registry';
import { registryRegionOf } from '../../stacks/registry-access';
import { synthStack, type SynthesizedStack } from '../support/synth';
import { testPlatform } from './fixture';

const platform = testPlatform();
function build(id: string, of: Platform = platform): SynthesizedStack {
  const cell = of.cells.find((each) => each.id === id);
  if (!cell) throw new Error(`no cell ${id}`);
  const app = Testing.app({ context: { [SELECTIVE]: true } });
  return synthStack(new IdentityStack(app, { platform: of, cell }));
}
const stack = build('use1a');

describe('the identity stack', () => {
  it('holds one pool, what belongs to it, and its functions', () => {
    expect(stack.inventory()).toMatchInlineSnapshot(`
     {
       "aws_acm_certificate": 1,
       "aws_acm_certificate_validation": 1,
       "aws_cloudwatch_log_group": 5,
       "aws_cognito_log_delivery_configuration": 1,
       "aws_cognito_managed_login_branding": 1,
       "aws_cognito_resource_server": 4,
       "aws_cognito_risk_configuration": 1,
       "aws_cognito_user_pool": 1,
       "aws_cognito_user_pool_client": 1,
       "aws_cognito_user_pool_domain": 1,
       "aws_iam_role": 3,
       "aws_iam_role_policy": 3,
       "aws_kms_alias": 9,
       "aws_kms_key": 9,
       "aws_lambda_function": 3,
       "aws_lambda_invocation": 3,
       "aws_lambda_permission": 1,
       "aws_route53_record": 3,
       "aws_secretsmanager_secret": 3,
       "aws_secretsmanager_secret_policy": 3,
       "aws_ssm_parameter": 1,
       "aws_wafv2_web_acl": 1,
       "aws_wafv2_web_acl_association": 1,
     }
    `);
  });

  it('knows the network by its contract, and reads nothing else', () => {
    expect(stack.data('aws_ssm_parameter').map(({ name }) => String(name))).toEqual([
      '/bulkhead/prod/use1a/network',
    ]);
  });

  it('publishes who issues tokens', () => {
    const parameter = stack.only('aws_ssm_parameter');
    const pool = stack.only('aws_cognito_user_pool').address;
    expect(parameter['name']).toBe('/bulkhead/prod/use1a/identity');
    for (const part of [
      `"userPoolId" = ${pool}.id`,
      `"userPoolArn" = ${pool}.arn`,
      `"issuer" = "https://\${${pool}.endpoint}"`,
      `"jwksUri" = "https://\${${pool}.endpoint}/.well-known/jwks.json"`,
      `"webClientId" = ${stack.only('aws_cognito_user_pool_client').address}.id`,
      '"signInDomain" = "auth.use1a.bulkhead.example"',
      '"accessTokenMinutes" = "60"',
      '"refreshAfterMinutes" = "10"',
    ])
      expect(parameter['insecure_value']).toContain(part);
  });

  it('is deployed by its own role, with its own state', () => {
    const { aws } = stack.json['provider'] as {
      aws: readonly { assume_role: readonly { role_arn: string }[] }[];
    };
    expect(aws[0]?.assume_role[0]?.role_arn).toBe(
      'arn:aws:iam::222222222222:role/bulkhead-prod-use1a-deploy-identity',
    );
  });
});

describe('the registry that a cell reads', () => {
  const tableOf = (built: SynthesizedStack): unknown =>
    built.only('aws_lambda_function', 'Tokens')['environment'].variables.TABLE_ARN;

  it('is the copy in its own region, where there is one', () => {
    expect(tableOf(stack)).toBe('arn:aws:dynamodb:us-east-1:111111111111:table/bulkhead-prod-tenants');
    expect(tableOf(build('euw1a'))).toBe(
      'arn:aws:dynamodb:eu-west-1:111111111111:table/bulkhead-prod-tenants',
    );
  });

  it('is the one at home, where there is none', () => {
    const without = testPlatform({ registry: { replicaRegions: [] } });
    expect(tableOf(build('euw1a', without))).toBe(
      'arn:aws:dynamodb:us-east-1:111111111111:table/bulkhead-prod-tenants',
    );
  });

  it('admits exactly the roles that the cells have, each where it reads', () => {
    const registry = synthStack(new RegistryStack(Testing.app(), { platform }));
    for (const cell of platform.cells) {
      const region = registryRegionOf(platform, cell);
      const end = region === 'us-east-1' ? '/Readers' : `/Readers-${region}`;
      const [document] = registry.data('aws_iam_policy_document').filter(({ path }) => path.endsWith(end));
      const role = build(cell.id).only('aws_iam_role', 'Tokens')['name'] as string;
      expect(JSON.stringify(document)).toContain(`arn:aws:iam::${cell.account}:role/${role}"`);
    }
  });
});
