import type { Statement } from '../../constructs/access/statement';
import { nameIn } from '../../constructs/core/naming';
import type { Placement } from '../../constructs/core/placement';
import { KEEPS_IDENTITY, regionalArn, staysOwn } from './scope';

/** ARNs of functions of the placement, by the last parts of their names. */
export const functionArns = (placement: Placement, names: readonly string[]): readonly string[] =>
  names.map((name) =>
    regionalArn(placement, 'lambda', `function:${nameIn(placement, 'lambdaFunction', name)}`),
  );

/** Log groups of functions of the placement, by the last parts of their names. */
export const functionLogs = (placement: Placement, names: readonly string[]): readonly string[] =>
  names.map((name) => `/aws/lambda/${nameIn(placement, 'lambdaFunction', name)}`);

/** Last parts of the aliases of the keys that each function has: of its environment and of its log. */
export const functionKeys = (names: readonly string[]): readonly string[] =>
  names.flatMap((name) => [`${name}-environment`, `${name}-log`]);

/**
 * Lambda functions with these names. Not `lambda:InvokeFunction`: who deploys a function needs not call it.
 *
 * @param names last parts of the names
 * @param callers services of AWS that may be let in, such as `cognito-idp.amazonaws.com`; none where roles call
 */
export function functionStatements(
  placement: Placement,
  names: readonly string[],
  callers: readonly string[],
): readonly Statement[] {
  const resources = functionArns(placement, names);
  return [
    {
      sid: 'Functions',
      actions: [
        'lambda:CreateFunction',
        'lambda:DeleteFunction',
        'lambda:DeleteFunctionConcurrency',
        'lambda:GetFunction',
        'lambda:GetFunctionCodeSigningConfig',
        'lambda:GetFunctionConcurrency',
        'lambda:GetFunctionConfiguration',
        'lambda:GetPolicy',
        'lambda:ListTags',
        'lambda:ListVersionsByFunction',
        'lambda:PutFunctionConcurrency',
        'lambda:UpdateFunctionCode',
        'lambda:UpdateFunctionConfiguration',
      ],
      resources,
    },
    ...(callers.length > 0
      ? [
          {
            sid: 'CallersOfFunctions',
            actions: ['lambda:AddPermission', 'lambda:RemovePermission'],
            resources,
            conditions: [{ test: 'StringEquals', variable: 'lambda:Principal', values: callers }],
          },
        ]
      : []),
    { sid: 'TagFunctions', actions: ['lambda:TagResource'], resources, conditions: staysOwn(placement) },
    { sid: 'UntagFunctions', actions: ['lambda:UntagResource'], resources, conditions: [KEEPS_IDENTITY] },
  ];
}
