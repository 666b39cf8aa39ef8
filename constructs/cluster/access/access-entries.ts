import { createHash } from 'node:crypto';
import { EksAccessEntry } from '@cdktf/provider-aws/lib/eks-access-entry';
import { EksAccessPolicyAssociation } from '@cdktf/provider-aws/lib/eks-access-policy-association';
import { Construct } from 'constructs';
import type { Rule } from '../../core/validation';

/** A role that is in Kubernetes groups, whose rights are what role bindings of the cluster give these groups. */
export interface GroupMember {
  readonly roleArn: string;
  /** At least one. None may begin with `system:`, which EKS refuses. */
  readonly groups: readonly string[];
}

/** A role that deploys to one namespace. */
export interface NamespaceEditor {
  readonly roleArn: string;
  readonly namespace: string;
  /** Groups that the role is in besides, as a {@link GroupMember} is. @default - none */
  readonly groups?: readonly string[];
}

/** Who gets into a cluster. */
export interface ClusterAccessProps {
  /** ARNs of the roles that may do everything in the cluster. At least one, or nobody could. */
  readonly administrators: readonly string[];

  /** Roles that may change what is in one namespace, and see nothing beyond. @default - none */
  readonly namespaceEditors?: readonly NamespaceEditor[];

  /** Roles that may do what their groups may, and nothing by an access policy of EKS. @default - none */
  readonly groupMembers?: readonly GroupMember[];

  /** Roles that may look at everything in the cluster, secrets too, and change nothing. @default - none */
  readonly viewers?: readonly string[];
}

/** Roles that are named in more than one way. A role has one access entry: "Create access entries", EKS User Guide. */
function namedTwice({
  administrators,
  namespaceEditors = [],
  groupMembers = [],
  viewers = [],
}: ClusterAccessProps): string[] {
  const roles = [
    ...new Set(administrators),
    ...viewers,
    ...[...namespaceEditors, ...groupMembers].map(({ roleArn }) => roleArn),
  ];
  return [...new Set(roles.filter((role, index) => roles.indexOf(role) < index))];
}

const groupsOf = ({ namespaceEditors = [], groupMembers = [] }: ClusterAccessProps): readonly string[] =>
  [...namespaceEditors, ...groupMembers].flatMap(({ groups = [] }) => groups);

export const ACCESS_RULES: readonly Rule<ClusterAccessProps>[] = [
  {
    fails: ({ administrators }) => administrators.length === 0,
    message: () => 'administrators must name at least one role',
  },
  {
    fails: ({ administrators }) => new Set(administrators).size < administrators.length,
    message: ({ administrators }) => `administrators must differ, got ${administrators.join(', ')}`,
  },
  {
    fails: (props) => namedTwice(props).length > 0,
    message: (props) =>
      `administrators, namespaceEditors, groupMembers and viewers must name a role once, for it has one access entry; got twice: ${namedTwice(props).join(', ')}`,
  },
  {
    fails: ({ groupMembers = [] }) => groupMembers.some(({ groups }) => groups.length === 0),
    message: () => 'groupMembers must each be in at least one group',
  },
  {
    fails: (props) => groupsOf(props).some((group) => group === '' || group.startsWith('system:')),
    message: (props) =>
      `groups must have a name that does not begin with system:, got ${groupsOf(props).join(', ')}`,
  },
];

const NAMESPACE_EDITOR = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy';
/** Helm keeps what it has installed in secrets, so whoever plans a release must read them. */
const CLUSTER_VIEWER = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminViewPolicy';
const CLUSTER_ADMIN = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';

/** Access entries below `scope`: one a role. */
export function admit(
  scope: Construct,
  clusterName: string,
  { administrators, namespaceEditors = [], groupMembers = [], viewers = [] }: ClusterAccessProps,
): void {
  const letIn = (kind: string, { roleArn, groups }: Pick<NamespaceEditor, 'roleArn' | 'groups'>): Entry => {
    const below = new Construct(scope, `${kind}-${roleId(roleArn)}`);
    const resource = new EksAccessEntry(below, 'Entry', {
      clusterName,
      principalArn: roleArn,
      type: 'STANDARD',
      ...(groups && { kubernetesGroups: [...groups] }),
    });
    return { below, resource };
  };
  const grant = (
    { below, resource }: Entry,
    principalArn: string,
    policyArn: string,
    accessScope: { readonly type: string; readonly namespaces?: string[] },
  ): void => {
    const dependsOn = [resource];
    new EksAccessPolicyAssociation(below, 'Policy', {
      clusterName,
      principalArn,
      policyArn,
      accessScope,
      dependsOn,
    });
  };
  for (const roleArn of administrators) {
    grant(letIn('Administrator', { roleArn }), roleArn, CLUSTER_ADMIN, { type: 'cluster' });
  }
  for (const { namespace, ...role } of namespaceEditors) {
    const namespaces = [namespace];
    grant(letIn('Editor', role), role.roleArn, NAMESPACE_EDITOR, { type: 'namespace', namespaces });
  }
  for (const role of groupMembers) letIn('Member', role);
  for (const roleArn of viewers) {
    grant(letIn('Viewer', { roleArn }), roleArn, CLUSTER_VIEWER, { type: 'cluster' });
  }
}

interface Entry {
  readonly below: Construct;
  readonly resource: EksAccessEntry;
}

/**
 * Account and name of a role, for construct ids. A slash cannot stand in an id, and a hyphen in its place could make two
 * roles one (`a/b-c` and `a-b-c`), so a role with a path is told apart by a hash of its ARN.
 */
function roleId(arn: string): string {
  // `arn:aws:iam::<account>:role/<path and name>`
  const [, , , , account = '', resource = ''] = arn.split(':');
  const role = resource.replace(/^role\//, '');
  const id = `${account}-${role.replaceAll('/', '-')}`;
  return role.includes('/') ? `${id}-${createHash('sha256').update(arn).digest('hex').slice(0, 8)}` : id;
}
