import { encodedJson } from '../../../review/changes/expression';

describe('what jsonencode makes of literals', () => {
  it.each([
    ['{}', {}],
    ['{"a" = 1, b : true}', { a: 1, b: true }],
    ['[1, -2.5, "x", null, false,]', [1, -2.5, 'x', null, false]],
    ['{"a" = {"b" = [[]]}}', { a: { b: [[]] } }],
    ['{"a" = "say \\"hi\\"\\n"}', { a: 'say "hi"\n' }],
    ['{"a" = aws_x.Y.arn}', { a: '${aws_x.Y.arn}' }],
    ['{"a" = "x-${join(",", [aws_x.Y.id, "}"])}-y"}', { a: 'x-${join(",", [aws_x.Y.id, "}"])}-y' }],
    ['{"a" = merge({b = 1}, var.c)["d"], "e" = 2}', { a: '${merge({b = 1}, var.c)["d"]}', e: 2 }],
    ['{"a" = "x" == var.y ? 1 : 2}', { a: '${"x" == var.y ? 1 : 2}' }],
  ])('%s', (literal, value) => {
    expect(JSON.parse(encodedJson(`\${jsonencode(${literal})}`) ?? 'null')).toEqual(value);
  });

  it.each([
    'plain',
    '${aws_x.y.arn}',
    '${jsonencode({"a" = )}',
    '${jsonencode({"a" "b"})}',
    '${jsonencode("a)}',
  ])('is not told of %s', (text) => {
    expect(encodedJson(text)).toBeUndefined();
  });
});
