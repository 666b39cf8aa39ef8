import type { Synthesized } from '../support/synth';
import { build } from './fixture';

const stack = build();
const group = `\${${stack.only('aws_security_group', 'Workloads').address}.id}`;
const cluster = `\${${stack.only('aws_eks_cluster').address}.vpc_config[0].cluster_security_group_id}`;

const names: Readonly<Record<string, string>> = { [group]: 'workloads', [cluster]: 'cluster' };
const who = (value: unknown): string => names[String(value)] ?? String(value);

/** A rule as `from > to protocol port`. */
const told = (rule: Synthesized): string => {
  const self = who(rule['security_group_id']);
  const peer = who(rule['referenced_security_group_id'] ?? rule['cidr_ipv4']);
  const way = rule.address.includes('egress') ? `${self} > ${peer}` : `${peer} > ${self}`;
  return `${rule.address.includes('egress') ? 'out' : 'in '} ${way} ${String(rule['ip_protocol'])} ${String(rule['from_port'])}-${String(rule['to_port'])}`;
};

const rulesOf = (of: typeof stack): string[] =>
  ['egress', 'ingress']
    .flatMap((direction) => of.resources(`aws_vpc_security_group_${direction}_rule`).map(told))
    .sort();

describe('the security group of all workloads', () => {
  it('lets pods ask DNS and AWS, and lets gateways and probes in, and nothing else', () => {
    expect(rulesOf(stack)).toMatchInlineSnapshot(`
     [
       "in  cluster > workloads tcp 8080-8080",
       "in  workloads > cluster tcp 53-53",
       "in  workloads > cluster udp 53-53",
       "out workloads > cluster tcp 53-53",
       "out workloads > cluster udp 53-53",
       "out workloads > sg-1 tcp 443-443",
     ]
    `);
  });

  it('lets HTTPS out to anywhere where the network has no endpoints, and to no group', () => {
    const without = build({ interfaceEndpoints: false });
    expect(rulesOf(without).filter((rule) => rule.includes(' 443-'))).toEqual([
      'out workloads > 0.0.0.0/0 tcp 443-443',
    ]);
  });

  it('lets no two pods of tenants reach one another', () => {
    expect(rulesOf(stack).filter((rule) => rule.includes('workloads > workloads'))).toEqual([]);
  });
});
