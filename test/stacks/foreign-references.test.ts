import { Vpc } from '@cdktf/provider-aws/lib/vpc';
import { Subnet } from '@cdktf/provider-aws/lib/subnet';
import { type App, Testing } from 'cdktf';
import { loadPlatform } from '../../config/load';
import { PlatformStack } from '../../stacks/platform-stack';
import { foreignReferences } from '../../stacks/foreign-references';
import { synthStack } from '../support/synth';

class TestStack extends PlatformStack {
  public constructor(scope: App, kind: string) {
    super(scope, { platform: loadPlatform(process.cwd(), 'dev'), kind });
  }
}

test('a reference to another stack is refused, and says what to do instead', () => {
  const app = Testing.app();
  const vpc = new Vpc(new TestStack(app, 'one'), 'Vpc', { cidrBlock: '10.0.0.0/16' });
  const other = new TestStack(app, 'two');
  new Subnet(other, 'Subnet', { vpcId: vpc.id });
  expect(() => synthStack(other)).toThrow(
    "[two] refers to aws_vpc.Vpc, which is not in this stack. Stacks share values through contracts only: publish it in the other stack's contract and read it here",
  );
});

test('a reference within a stack is not', () => {
  const stack = new TestStack(Testing.app(), 'one');
  const vpc = new Vpc(stack, 'Vpc', { cidrBlock: '10.0.0.0/16' });
  new Subnet(stack, 'Subnet', { vpcId: vpc.id });
  expect(synthStack(stack).only('aws_subnet')['vpc_id']).toBe('${aws_vpc.Vpc.id}');
});

test('references are found inside functions and among data sources, and nothing else is taken for one', () => {
  const json = {
    resource: { aws_vpc: { Vpc: { tags: { note: 'like aws_vpc.Other' } } } },
    data: { aws_region: { here: {} } },
    locals: {
      held: '${jsonencode({"a" = aws_vpc.Vpc.id, "b" = data.aws_region.here.name})}',
      strange: ['${element(aws_subnet.Far-1.ids, 0)}', 'x-${data.aws_vpc.Vpc.id}'],
    },
  };
  expect(foreignReferences(json)).toEqual(['aws_subnet.Far-1', 'data.aws_vpc.Vpc']);
});
