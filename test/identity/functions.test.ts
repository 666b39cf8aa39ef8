import type { Synthesized } from '../support/synth';
import { identity, TABLE } from './fixture';

const stack = identity();
const own = (path: string, sids: readonly string[]): readonly Synthesized[] =>
  stack.statements(`${path}/Function/Policy`).filter(({ sid }) => sids.includes(String(sid)));

describe('the function that makes tokens', () => {
  const fn = stack.only('aws_lambda_function', 'Tokens');

  it('is told where the registry is, and its cell', () => {
    expect(fn['environment']).toEqual({
      variables: {
        CELL: 'use1a',
        TABLE_ARN: TABLE,
        TABLE_REGION: 'eu-west-1',
        REFRESH_AFTER_MINUTES: '10',
      },
    });
  });

  it('answers before Cognito stops waiting, after five seconds', () => {
    expect(fn['timeout']).toBeLessThan(5);
  });

  it('gets single items of exactly that table, and decrypts them through DynamoDB only', () => {
    const through = {
      test: 'StringEquals',
      variable: 'kms:ViaService',
      values: ['dynamodb.eu-west-1.amazonaws.com'],
    };
    const keys = ['arn:aws:kms:eu-west-1:111111111111:key/*'];
    expect(own('Tokens', ['LookUpTenants', 'DecryptTenants', 'FindKey'])).toEqual([
      { sid: 'LookUpTenants', effect: 'Allow', actions: ['dynamodb:GetItem'], resources: [TABLE] },
      {
        sid: 'DecryptTenants',
        effect: 'Allow',
        actions: ['kms:Decrypt'],
        resources: keys,
        condition: [
          through,
          {
            test: 'StringEquals',
            variable: 'kms:EncryptionContext:aws:dynamodb:tableName',
            values: ['bulkhead-prod-tenants'],
          },
        ],
      },
      {
        sid: 'FindKey',
        effect: 'Allow',
        actions: ['kms:DescribeKey'],
        resources: keys,
        condition: [through],
      },
    ]);
    const data = stack
      .statements('Tokens/Function/Policy')
      .flatMap(({ actions }) => actions as string[])
      .filter((action) => action.startsWith('dynamodb:'));
    expect(data).toEqual(['dynamodb:GetItem']);
  });

  it('has the role that the registry admits', () => {
    expect(stack.only('aws_iam_role', 'Tokens')['name']).toBe('bulkhead-prod-use1a-token-claims');
  });

  it('is called by the one pool and nobody else', () => {
    const [permission, ...others] = stack.resources('aws_lambda_permission');
    expect(others).toEqual([]);
    expect(permission).toMatchObject({
      action: 'lambda:InvokeFunction',
      principal: 'cognito-idp.amazonaws.com',
      source_arn: `\${${stack.only('aws_cognito_user_pool').address}.arn}`,
      source_account: '222222222222',
    });
  });
});

describe("the function that makes tenants' machine clients", () => {
  it('puts secrets of one name only, and reads none', () => {
    const secret =
      'arn:aws:secretsmanager:us-east-1:222222222222:secret:bulkhead/prod/use1a/tenant-*/machine-credentials-??????';
    expect(own('MachineClients', ['PutSecrets'])).toEqual([
      { sid: 'PutSecrets', effect: 'Allow', actions: ['secretsmanager:PutSecretValue'], resources: [secret] },
    ]);
    expect(JSON.stringify(stack.data('aws_iam_policy_document'))).not.toContain('GetSecretValue');
  });

  it('changes clients of this pool, and nothing else of Cognito', () => {
    const pool = `\${${stack.only('aws_cognito_user_pool').address}.arn}`;
    const cognito = stack
      .data('aws_iam_policy_document')
      .flatMap((document) => document['statement'] as readonly Synthesized[])
      .filter(({ actions }) => (actions as string[]).some((action) => action.startsWith('cognito-idp:')));
    expect(cognito.map(({ sid }) => String(sid)).sort()).toEqual(['MachineClients', 'Providers']);
    for (const { resources, actions } of cognito) {
      expect(resources).toEqual([pool]);
      expect(JSON.stringify(actions)).not.toMatch(/User"|Admin|\*/);
    }
  });

  it('knows the zone in which tenants are called', () => {
    expect(stack.only('aws_lambda_function', 'MachineClients')['environment'].variables).toMatchObject({
      ZONE: 'use1a.bulkhead.example',
    });
  });

  it('tells machines where they get their tokens', () => {
    expect(stack.only('aws_lambda_function', 'MachineClients')['environment'].variables).toMatchObject({
      TOKEN_ENDPOINT: 'https://auth.use1a.bulkhead.example/oauth2/token',
      SECRET_PATH: 'bulkhead/prod/use1a',
    });
  });
});
