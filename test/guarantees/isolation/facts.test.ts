import { Canon, referencesIn } from '../../../guarantees/isolation/facts/canonical';
import type { TerraformJson } from '../../../guarantees/isolation/facts';
import { parseExpression, templateParts } from '../../../guarantees/isolation/facts/expression';
import { parseAccess } from '../../../guarantees/isolation/access-string';
import { PolicyReader } from '../../../guarantees/isolation/facts/policies';

const JSON_OF_STACK: TerraformJson = {
  resource: {
    aws_iam_role: { Role: { name: '${local.prefix}-api', tags: [{ key: 'value' }] } },
    aws_kms_key: { Key: {} },
    aws_sqs_queue: { Loop: { name: '${aws_sqs_queue.Loop.name}' } },
  },
  data: { aws_ssm_parameter: { 'Contract-cache': { name: '/bulkhead/prod/use1a/cache' } } },
  locals: { prefix: 'bulkhead' },
};
const canon = new Canon('use1a-x', JSON_OF_STACK);

describe('a text of a stack', () => {
  it.each([
    ['plain', 'plain'],
    ['$${aws:PrincipalTag/x}', '${aws:PrincipalTag/x}'],
    ['${aws_kms_key.Key.arn}', '‹use1a-x:aws_kms_key.Key.arn›'],
    ['a ${aws_kms_key.Key.arn}/*', 'a ‹use1a-x:aws_kms_key.Key.arn›/*'],
    ['${aws_iam_role.Role.name}', 'bulkhead-api'],
    ['${aws_iam_role.Role.tags[0].key}', 'value'],
    ['${aws_sqs_queue.Loop.name}', '‹use1a-x:aws_sqs_queue.Loop.name›'],
    [
      '${jsondecode(data.aws_ssm_parameter.Contract-cache.insecure_value).keyArn}',
      '‹contract /bulkhead/prod/use1a/cache#keyArn›',
    ],
    ['${tostring(aws_kms_key.Key.id)}', '‹use1a-x:aws_kms_key.Key.id›'],
    ['${join(":", ["a", "b"])}', 'a:b'],
    ['${jsonencode({"a" = [1, true, null], b: "${local.prefix}"})}', '{"a":[1,true,null],"b":"bulkhead"}'],
    [
      '${element(split(":", aws_kms_key.Key.arn), 6)}',
      '‹use1a-x:element(split(":", aws_kms_key.Key.arn), 6)›',
    ],
    // Whoever that is: not understood, so it is nobody's own.
    ['${true ? aws_kms_key.Key.arn : var.other}', '‹?use1a-x:true ? aws_kms_key.Key.arn : var.other›'],
    [
      '${coalesce(data.aws_kms_key.Other.arn, aws_kms_key.Key.arn)}',
      '‹?use1a-x:coalesce(data.aws_kms_key.Other.arn, aws_kms_key.Key.arn)›',
    ],
    ['%{ if true }x%{ endif }', '‹?use1a-x:% if true ›x‹?use1a-x:% endif ›'],
  ])('%s says %s', (text, expected) => {
    expect(canon.value(text)).toBe(expected);
  });

  it('names its references again', () => {
    expect(referencesIn('x‹use1a-x:aws_kms_key.Key.arn›‹contract /a/b#c›‹?s:var.y›')).toEqual([
      { kind: 'stack', of: 'use1a-x', what: 'aws_kms_key.Key.arn' },
      { kind: 'contract', of: '/a/b', what: 'c' },
      { kind: 'unknown', of: 's', what: 'var.y' },
    ]);
  });
});

describe('an expression', () => {
  it('may hold strings that hold expressions, and braces in strings', () => {
    expect(templateParts('a${f("}${x}")}b')).toEqual(['a', { expression: 'f("}${x}")' }, 'b']);
  });

  it.each(['a + b', 'a ? b : c', '[for x in y : x]', 'f(x', '"open'])('%s is left alone', (text) => {
    expect(['raw', 'template']).toContain(parseExpression(text).kind);
  });
});

describe('a policy', () => {
  const reader = (json: TerraformJson): PolicyReader => new PolicyReader(json, new Canon('s', json));

  it('says the same as a document of Terraform’s and as JSON', () => {
    const json: TerraformJson = {
      data: {
        aws_iam_policy_document: {
          Doc: {
            statement: [
              {
                sid: 'One',
                actions: ['s3:GetObject'],
                resources: ['arn:aws:s3:::b/&{aws:PrincipalTag/kubernetes-namespace}/*'],
                principals: [{ type: 'AWS', identifiers: ['*'] }],
                condition: [{ test: 'StringEquals', variable: 'a', values: ['b'] }],
              },
            ],
          },
        },
      },
    };
    const text = JSON.stringify({
      Statement: {
        Sid: 'One',
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::b/$${aws:PrincipalTag/kubernetes-namespace}/*',
        Principal: { AWS: '*' },
        Condition: { StringEquals: { a: 'b' } },
      },
    });
    expect(reader(json).statements('${data.aws_iam_policy_document.Doc.json}')).toEqual(
      reader({}).statements(text),
    );
  });

  it('is unreadable where Terraform computes it, or where it inherits itself', () => {
    const json: TerraformJson = {
      data: {
        aws_iam_policy_document: {
          Doc: { source_policy_documents: ['${data.aws_iam_policy_document.Doc.json}'] },
        },
      },
    };
    expect(reader(json).statements('${data.aws_iam_policy_document.Doc.json}')).toBeUndefined();
    expect(reader({}).statements('${file("x")}')).toBeUndefined();
  });
});

describe('an access string', () => {
  it('is read with selectors, patterns of one direction and the words for all', () => {
    expect(
      parseAccess('on >secret %R~a:* (~b:* +get) allkeys allchannels &c -@all +@read +set nopass'),
    ).toEqual({
      on: true,
      keys: ['a:*', 'b:*', '*'],
      channels: ['*', 'c'],
      commands: ['get', '@read', 'set'],
      others: ['>secret', 'nopass'],
    });
  });
});
