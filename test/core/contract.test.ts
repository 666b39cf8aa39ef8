import { Lb } from '@cdktf/provider-aws/lib/lb';
import { type App, type TerraformStack, Testing } from 'cdktf';
import { Contract, SELECTIVE } from '../../constructs/core/contract';
import { SynthesizedStack, synthStack, testStack } from '../support/synth';

const contract = new Contract(3, { vpcId: 'string', subnetIds: 'string[]' });
const address = { cell: 'use1a', stack: 'network' };
const values = { vpcId: 'vpc-1', subnetIds: ['subnet-1', 'subnet-2'] };

function published(): { readonly app: App; readonly publisher: TerraformStack } {
  const app = Testing.app();
  const publisher = testStack('use1a-network', app);
  contract.publish(publisher, address, values);
  return { app, publisher };
}

test('publishes one readable parameter, named by environment, cell and stack', () => {
  const { publisher } = published();
  expect(synthStack(publisher).only('aws_ssm_parameter')).toMatchObject({
    name: '/bulkhead/prod/use1a/network',
    type: 'String',
    insecure_value:
      '${jsonencode({"version" = 3, "vpcId" = "vpc-1", "subnetIds" = ["subnet-1", "subnet-2"]})}',
  });
});

test("a reader's values come from the parameter, each in its own kind", () => {
  const { app } = published();
  const reader = testStack('use1a-cluster', app);
  const { vpcId, subnetIds } = contract.read(reader, address);
  new Lb(reader, 'Subnets', { subnets: [...subnetIds], name: `edge-${vpcId}` });
  const document = 'jsondecode(data.aws_ssm_parameter.Contract-network.insecure_value)';
  expect(synthStack(reader).only('aws_lb')).toMatchObject({
    name: `edge-\${${document}.vpcId}`,
    subnets: `\${${document}.subnetIds}`,
  });
});

test('a reader deploys after the publisher', () => {
  const { app, publisher } = published();
  const reader = testStack('use1a-cluster', app);
  contract.read(reader, address);
  expect(reader.dependsOn(publisher)).toBe(true);
});

test('a reader that was built before the publisher deploys after it all the same', () => {
  const app = Testing.app();
  const reader = testStack('use1a-cluster', app);
  contract.read(reader, address);
  const publisher = testStack('use1a-network', app);
  contract.publish(publisher, address, values);
  expect(reader.dependsOn(publisher)).toBe(true);
});

test('reading twice in one stack costs one data source', () => {
  const { app } = published();
  const reader = testStack('use1a-cluster', app);
  contract.read(reader, address);
  contract.read(reader, address);
  expect(synthStack(reader).data('aws_ssm_parameter')).toHaveLength(1);
});

test('a reader of another version is told which stack to deploy first', () => {
  const { app } = published();
  const reader = testStack('use1a-cluster', app);
  contract.read(reader, address);
  expect(synthStack(reader).data('aws_ssm_parameter')[0]?.['lifecycle']).toEqual({
    postcondition: [
      {
        condition: '${jsondecode(self.insecure_value).version == 3}',
        error_message:
          '/bulkhead/prod/use1a/network does not hold version 3 of this contract. Deploy use1a-network first.',
      },
    ],
  });
});

test('a contract that no stack publishes is refused', () => {
  const reader = testStack('use1a-cluster');
  contract.read(reader, address);
  expect(() => synthStack(reader)).toThrow(
    '[use1a-cluster] reads contract /bulkhead/prod/use1a/network, which no stack publishes; expected one named use1a-network',
  );
});

test('a publisher may be missing when only some stacks are built', () => {
  const app = Testing.app({ context: { [SELECTIVE]: true } });
  const reader = testStack('use1a-cluster', app);
  contract.read(reader, address);
  expect(synthStack(reader)).toBeInstanceOf(SynthesizedStack);
});

test('one contract cannot be published twice', () => {
  const { app } = published();
  expect(() => {
    contract.publish(testStack('other', app), address, values);
  }).toThrow('/bulkhead/prod/use1a/network is already published by use1a-network');
});
