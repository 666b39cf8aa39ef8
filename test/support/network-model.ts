import { BlockList } from 'node:net';

/** Labels that something must carry. Empty: everything does. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export interface PolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface PolicyPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** A NetworkPolicy of `networking.k8s.io/v1`, as far as it decides anything. */
export interface NetworkPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector?: LabelSelector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly {
      readonly from?: readonly PolicyPeer[];
      readonly ports?: readonly PolicyPort[];
    }[];
    readonly egress?: readonly {
      readonly to?: readonly PolicyPeer[];
      readonly ports?: readonly PolicyPort[];
    }[];
  };
}

export interface Pod {
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ip: string;
  /** Ports that its containers give a name. TCP unless they say otherwise. */
  readonly namedPorts?: Readonly<Record<string, { readonly port: number; readonly protocol?: string }>>;
}

/** A pod, or anything else that has an address. */
export type Party = Pod | { readonly ip: string };

export interface Connection {
  readonly port: number;
  /** @default TCP */
  readonly protocol?: string;
}

const isPod = (party: Party): party is Pod => 'namespace' in party;
type Direction = 'Ingress' | 'Egress';

/**
 * Who may open connections to whom, by the network policies of a cluster. Written from "Network Policies", Kubernetes
 * documentation, and the field comments of the API, not from what is judged by it.
 *
 * Where the specification leaves a choice, it chooses what admits more: an address block matches pods too, as the VPC CNI of
 * EKS has it, for pods have addresses of the VPC. Left out: kubelets, which always reach pods of their own node, and pods
 * on their node's own network, on which policies have no say.
 */
export class NetworkModel {
  /** @param namespaces labels by name. The label `kubernetes.io/metadata.name` is added, as an API server does. */
  public constructor(
    private readonly namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>,
    private readonly policies: readonly NetworkPolicy[],
  ) {}

  /** Whether both sides let a connection through: the caller's policies and those of who is called. */
  public reaches(from: Party, to: Party, connection: Connection): boolean {
    // "A Pod cannot block access to itself."
    if (from === to) return true;
    return (
      this.lets('Egress', from, to, { to, ...connection }) &&
      this.lets('Ingress', to, from, { to, ...connection })
    );
  }

  /** Whether the policies of one side let it talk to the other: any of those that select it, or none selects it. */
  private lets(
    direction: Direction,
    self: Party,
    other: Party,
    call: Connection & { readonly to: Party },
  ): boolean {
    if (!isPod(self)) return true;
    const selecting = this.policies.filter(
      (policy) =>
        policy.metadata.namespace === self.namespace &&
        typesOf(policy).includes(direction) &&
        matches(policy.spec.podSelector ?? {}, self.labels ?? {}),
    );
    if (selecting.length === 0) return true;
    return selecting.some((policy) =>
      rulesOf(policy, direction).some(
        ({ peers, ports }) =>
          // A rule without peers is about all of them, and one without ports about all ports.
          (peers.length === 0 ||
            peers.some((peer) => this.isMeant(peer, policy.metadata.namespace, other))) &&
          (ports.length === 0 || ports.some((port) => isPortMeant(port, call))),
      ),
    );
  }

  /** Both selectors of one peer together, each alone, or a block. */
  private isMeant(
    { podSelector, namespaceSelector, ipBlock }: PolicyPeer,
    home: string,
    party: Party,
  ): boolean {
    if (ipBlock) return within(party.ip, [ipBlock.cidr]) && !within(party.ip, ipBlock.except ?? []);
    if (!isPod(party) || (!podSelector && !namespaceSelector)) return false;
    const isNamespace = namespaceSelector
      ? matches(namespaceSelector, this.labelsOf(party.namespace))
      : party.namespace === home;
    return isNamespace && matches(podSelector ?? {}, party.labels ?? {});
  }

  private labelsOf(namespace: string): Readonly<Record<string, string>> {
    const labels = this.namespaces[namespace];
    if (labels === undefined) throw new Error(`there is no namespace ${namespace}`);
    return { ...labels, 'kubernetes.io/metadata.name': namespace };
  }
}

/** "If no policyTypes are specified … by default Ingress will always be set and Egress … if the policy has any egress rules." */
function typesOf({ spec: { policyTypes = [], egress = [] } }: NetworkPolicy): readonly string[] {
  if (policyTypes.length > 0) return policyTypes;
  return egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

const rulesOf = (
  { spec: { ingress = [], egress = [] } }: NetworkPolicy,
  direction: Direction,
): { readonly peers: readonly PolicyPeer[]; readonly ports: readonly PolicyPort[] }[] =>
  direction === 'Ingress'
    ? ingress.map(({ from = [], ports = [] }) => ({ peers: from, ports }))
    : egress.map(({ to = [], ports = [] }) => ({ peers: to, ports }));

/** Labels and expressions must all hold. */
function matches(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          // What has no such label is not in the list either.
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
        default:
          throw new Error(`no operator ${operator}`);
      }
    })
  );
}

/** A port's number, a range that begins with it, or the name that the called pod's containers give it. */
function isPortMeant(
  { protocol = 'TCP', port, endPort }: PolicyPort,
  call: Connection & { readonly to: Party },
): boolean {
  const asked = call.protocol ?? 'TCP';
  if (protocol !== asked) return false;
  if (port === undefined) return true;
  if (typeof port === 'number') return call.port >= port && call.port <= (endPort ?? port);
  const named = isPod(call.to) ? call.to.namedPorts?.[port] : undefined;
  return named?.port === call.port && (named.protocol ?? 'TCP') === asked;
}

function within(ip: string, cidrs: readonly string[]): boolean {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', bits = ''] = cidr.split('/');
    list.addSubnet(network, Number(bits), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list.check(ip, ip.includes(':') ? 'ipv6' : 'ipv4');
}
