import { changes, removePlatforms } from './platform';

afterAll(removePlatforms);

const document = (values: object) => ({ aws_iam_policy_document: values });
const statement = (...actions: readonly string[]) => ({
  sid: 'Read',
  effect: 'Allow',
  actions,
  resources: ['*'],
});

/** A role's policy that a data source makes. */
const rolePolicy = (documents: object, policy: string) => ({
  data: document(documents),
  resource: { aws_iam_role_policy: { It: { name: 'p', role: 'r', policy } } },
});
const JSON_OF_IT = '${data.aws_iam_policy_document.It.json}';

describe('a policy of a data source', () => {
  it('is compared where it is used, statement by statement', async () => {
    const before = rolePolicy({ It: { statement: [statement('s3:GetObject')] } }, JSON_OF_IT);
    const after = rolePolicy({ It: { statement: [statement('s3:GetObject', 's3:PutObject')] } }, JSON_OF_IT);
    expect(await changes(before, after)).toEqual([
      {
        address: 'aws_iam_role_policy.It',
        type: 'aws_iam_role_policy',
        fate: 'change',
        attributes: [{ path: 'policy.Statement.Read.Action', after: 's3:PutObject' }],
      },
    ]);
  });

  it('is the same in another order, another data source and without white space', async () => {
    const before = rolePolicy({ It: { statement: [statement('a:a', 'a:b')] } }, JSON_OF_IT);
    const after = rolePolicy(
      { Other: { statement: [statement('a:b', 'a:a')] } },
      '${data.aws_iam_policy_document.Other.minified_json}',
    );
    expect(await changes(before, after)).toEqual([]);
  });

  it('may be made of others', async () => {
    const made = (action: string) =>
      rolePolicy(
        {
          It: { source_policy_documents: ['${data.aws_iam_policy_document.Part.json}'] },
          Part: { statement: [statement(action)] },
        },
        JSON_OF_IT,
      );
    expect((await changes(made('a:a'), made('a:b')))[0]?.attributes).toEqual([
      { path: 'policy.Statement.Read.Action', before: 'a:a', after: 'a:b' },
    ]);
  });

  it('shows inside an expression, whatever is made of it', async () => {
    const made = (action: string) =>
      rolePolicy(
        { It: { statement: [statement(action)] } },
        '${upper(data.aws_iam_policy_document.It.json)}',
      );
    expect(await changes(made('a:a'), made('a:b'))).toHaveLength(1);
  });

  it('is told by what it asks where nobody can tell what it makes', async () => {
    const made = (action: string) =>
      rolePolicy(
        { It: { dynamic: { statement: { for_each: '${var.x}', content: { actions: [action] } } } } },
        JSON_OF_IT,
      );
    expect((await changes(made('a:a'), made('a:b'))).map(({ address }) => address)).toEqual([
      'data.aws_iam_policy_document.It',
    ]);
  });
});

describe('a policy that jsonencode makes', () => {
  it('is compared as the policy that it is', async () => {
    const bucket = (actions: string) => ({
      resource: {
        aws_sqs_queue_policy: {
          It: {
            queue_url: 'q',
            policy: `\${jsonencode({"Version" = "2012-10-17", "Statement" = [{"Effect" = "Allow", "Action" = ${actions}, "Resource" = aws_sqs_queue.Q.arn}]})}`,
          },
        },
      },
    });
    expect(await changes(bucket('["a:a", "a:b"]'), bucket('["a:b", "a:a"]'))).toEqual([]);
    expect(await changes(bucket('"a:a"'), bucket('["a:a"]'))).toEqual([]);
    expect((await changes(bucket('["a:a"]'), bucket('["a:a", "a:*"]')))[0]?.attributes).toEqual([
      { path: 'policy.Statement[0].Action', after: 'a:*' },
    ]);
  });
});

describe('another question of a data source', () => {
  it('is told, for the text of who uses the answer does not', async () => {
    const contract = (name: string) => ({ data: { aws_ssm_parameter: { Contract: { name } } } });
    expect(await changes(contract('/a'), contract('/b'))).toEqual([
      expect.objectContaining({ address: 'data.aws_ssm_parameter.Contract', fate: 'change' }),
    ]);
    expect(await changes(contract('/a'), {})).toEqual([]);
  });
});
