import { renderMinifiedPolicyDocument, renderPolicyDocument } from '../../terraform/policy-document';

describe('a rendered IAM policy document', () => {
  it('reads as the provider writes it', () => {
    const json = renderPolicyDocument({
      statement: [
        {
          sid: 'Read',
          effect: null,
          actions: ['s3:GetObject', 's3:ListBucket'],
          resources: ['arn:aws:s3:::b/&{aws:username}'],
          principals: [{ type: 'AWS', identifiers: ['*'] }],
          condition: [{ test: 'StringEquals', variable: 'aws:SourceAccount', values: ['111122223333'] }],
        },
      ],
    });
    expect(json).toBe(`{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Action": [
        "s3:ListBucket",
        "s3:GetObject"
      ],
      "Resource": "arn:aws:s3:::b/\${aws:username}",
      "Principal": {
        "AWS": "*"
      },
      "Condition": {
        "StringEquals": {
          "aws:SourceAccount": "111122223333"
        }
      }
    }
  ]
}`);
  });

  it('leaves out what is not stated', () => {
    expect(
      renderMinifiedPolicyDocument({ statement: [{ actions: ['a:b'], resources: ['*'], effect: 'Deny' }] }),
    ).toBe('{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"a:b","Resource":"*"}]}');
  });

  it('puts sources first and lets overrides take the place of a statement with the same sid', () => {
    const source = '{"Statement":[{"Sid":"A","Effect":"Allow","Action":"a:a","Resource":"*"}]}';
    const override = '{"Statement":{"Sid":"B","Effect":"Deny","Action":"b:b","Resource":"*"}}';
    const { Statement } = JSON.parse(
      renderPolicyDocument({
        source_policy_documents: [source],
        statement: [{ sid: 'B', actions: ['x:y'], resources: ['*'] }],
        override_policy_documents: [override],
      }),
    );
    expect((Statement as Record<string, string>[]).map(({ Sid, Effect }) => [Sid, Effect])).toEqual([
      ['A', 'Allow'],
      ['B', 'Deny'],
    ]);
  });

  it('writes everybody as a star', () => {
    const { Statement } = JSON.parse(
      renderPolicyDocument({
        statement: [{ actions: ['a:b'], principals: [{ type: '*', identifiers: ['*'] }] }],
      }),
    );
    expect(Statement[0].Principal).toBe('*');
  });
});
