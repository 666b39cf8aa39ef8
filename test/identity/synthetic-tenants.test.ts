import { identity } from './fixture';

const stack = identity({
  synthetic: {
    tenantIds: ['smoke-starter-use1a', 'smoke-enterprise-use1a'],
    readers: ['arn:aws:iam::222222222222:role/bulkhead-prod-use1a-release-*'],
  },
});
const within = 'Synthetic/smoke-starter-use1a';

describe('machines of synthetic tenants', () => {
  const secret = stack.only('aws_secretsmanager_secret', within);

  it('are made by the function, when it and their scopes are there', () => {
    const call = stack.only('aws_lambda_invocation', within);
    expect(call).toMatchObject({
      function_name: 'bulkhead-prod-use1a-machine-client',
      lifecycle_scope: 'CRUD',
      depends_on: [
        stack.only('aws_cognito_resource_server', within).address,
        stack.only('aws_lambda_function', 'MachineClients').address,
        stack.only('aws_cognito_resource_server', 'Identity/Api').address,
      ],
    });
    for (const part of [
      '"tenantId" = "smoke-starter-use1a"',
      `"secretArn" = ${secret.address}.arn`,
      '"scopes" = ["api/read", "api/write", "tenant-smoke-starter-use1a/machine"]',
      '"accessTokenMinutes" = 60',
    ])
      expect(call['input']).toContain(part);
  });

  it('have secrets of their own that pass no state, under one key', () => {
    const secrets = stack.resources('aws_secretsmanager_secret');
    expect(secrets.map(({ name }) => String(name)).sort()).toEqual([
      'bulkhead/prod/use1a/tenant-smoke-enterprise-use1a/machine-credentials',
      'bulkhead/prod/use1a/tenant-smoke-starter-use1a/machine-credentials',
    ]);
    const key = `\${${stack.only('aws_kms_key', 'Synthetic').address}.arn}`;
    expect(secrets.map((each) => String(each['kms_key_id']))).toEqual([key, key]);
    expect(stack.resources('aws_secretsmanager_secret_version')).toEqual([]);
  });

  it('have secrets that release projects read and the function puts, and nobody else', () => {
    expect(stack.statements(`${within}/Policy`)).toMatchObject([
      {
        effect: 'Deny',
        principals: [{ type: '*', identifiers: ['*'] }],
        actions: ['secretsmanager:GetSecretValue'],
        condition: [
          {
            test: 'ArnNotLike',
            variable: 'aws:PrincipalArn',
            values: ['arn:aws:iam::222222222222:role/bulkhead-prod-use1a-release-*'],
          },
        ],
      },
      {
        effect: 'Deny',
        actions: ['secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecret'],
        condition: [
          {
            test: 'ArnNotEquals',
            values: ['arn:aws:iam::222222222222:role/bulkhead-prod-use1a-machine-client'],
          },
        ],
      },
    ]);
    for (const policy of stack.resources('aws_secretsmanager_secret_policy')) {
      expect(policy['block_public_policy']).toBe(true);
    }
  });
});
