import { at, isTrue, type Json, listOf, objectOf, textOf } from '../facts/json';
import type { KubernetesFact } from '../facts/kubernetes';
import type { Finding } from '../finding';
import { type Owner, prefixOfCell } from '../owners';
import { resourcesOf } from '../stack';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/** Machines that pods run on tell pods nothing of the node's own role, and stand behind the cluster's security group only. */
export const nodeClasses: Rule = (scene) => [
  ...(scene.stack.kinds.get('EC2NodeClass') ?? []).flatMap((nodeClass) => [
    ...machines(scene, nodeClass),
    ...(scene.stack.owner ? accounts(scene, scene.stack.owner, nodeClass) : []),
  ]),
  ...resourcesOf(scene.stack, 'aws_launch_template').flatMap((template) => {
    const metadata = template.values['metadata_options'];
    const told = tells(
      textOf(at(metadata, 'http_tokens')),
      textOf(at(metadata, 'http_put_response_hop_limit')),
    );
    return told ? [instanceRole(scene, template)] : [];
  }),
];

/** Whether pods get the credentials of the node's role: a hop further than the node itself, or by a request without a token. */
const tells = (tokens: string, hops: string): boolean => tokens !== 'required' || hops !== '1';

const instanceRole = ({ stack }: Scene, at: Pick<KubernetesFact, 'address'>): Finding =>
  finder('node-class', stack)(
    at,
    'whatever the node’s role reaches',
    'pods may ask its nodes for the credentials of the node’s role (metadataOptions)',
    'Demand tokens (httpTokens: required) and leave the hop limit at 1',
    'pods on its nodes',
  );

function machines(scene: Scene, nodeClass: KubernetesFact): readonly Finding[] {
  const { world, stack } = scene;
  const found = finder('node-class', stack);
  const spec = objectOf(nodeClass.body['spec']);
  const metadata = spec['metadataOptions'];
  const cluster = world.field(stack.place, 'cluster', 'name');
  const discovered = (terms: Json | undefined): boolean => isDiscovery(scene, terms, cluster);
  const table: readonly (readonly [boolean, string, string])[] = [
    [
      !discovered(spec['securityGroupSelectorTerms']),
      'its nodes carry other security groups than the cluster’s (securityGroupSelectorTerms)',
      `Select by the tag ${DISCOVERY} of the cluster alone`,
    ],
    [
      !discovered(spec['subnetSelectorTerms']) || isTrue(spec['associatePublicIPAddress']),
      'its nodes stand elsewhere than in the cell’s private subnets (subnetSelectorTerms, associatePublicIPAddress)',
      `Select by the tag ${DISCOVERY} of the cluster alone, without public addresses`,
    ],
    [
      textOf(spec['userData']) !== '',
      'its nodes run what userData says',
      'Leave userData out: Karpenter writes what Bottlerocket needs',
    ],
    [
      !isBottlerocket(spec['amiSelectorTerms']),
      'its nodes start from an image that nobody knows (amiSelectorTerms)',
      'Select Bottlerocket by one alias with its version',
    ],
  ];
  return [
    ...(tells(textOf(at(metadata, 'httpTokens')), textOf(at(metadata, 'httpPutResponseHopLimit')))
      ? [instanceRole(scene, nodeClass)]
      : []),
    ...table
      .filter(([wrong]) => wrong)
      .map(([, problem, fix]) => found(nodeClass, EVERYBODY, problem, fix, 'pods on its nodes')),
  ];
}

const DISCOVERY = 'karpenter.sh/discovery';

/** Whether terms select what is tagged as the cluster's, and nothing else. */
function isDiscovery({ world, stack }: Scene, terms: Json | undefined, cluster: string): boolean {
  const [term, ...more] = listOf(terms);
  const { tags, ...others } = objectOf(term);
  const [[key, value] = ['', ''], ...rest] = Object.entries(objectOf(tags));
  const named = textOf(value);
  // By the cluster's contract, or by the name that it was given.
  const own = [cluster, prefixOfCell(stack.place)].includes(world.text(named));
  return key === DISCOVERY && own && [...more, ...rest, ...Object.keys(others)].length === 0;
}

function isBottlerocket(terms: Json | undefined): boolean {
  const [term, ...more] = listOf(terms);
  return (
    more.length === 0 &&
    Object.keys(objectOf(term)).join() === 'alias' &&
    /^bottlerocket@v\d+\.\d+\.\d+$/.test(textOf(at(term, 'alias')))
  );
}

/** Nodes of an owner pay on its account and take no role but that of all nodes. */
function accounts({ world, stack }: Scene, owner: Owner, nodeClass: KubernetesFact): readonly Finding[] {
  const found = finder('node-pool', stack);
  const spec = objectOf(nodeClass.body['spec']);
  const profile = world.field(owner.place, 'cluster', 'nodeInstanceProfileName');
  const tenant = textOf(objectOf(spec['tags'])['tenant']);
  const own = owner.kind === 'tenant' ? owner.id : 'shared';
  const taken = textOf(spec['role']) || textOf(spec['instanceProfile']);
  return [
    ...(textOf(spec['role']) !== '' || textOf(spec['instanceProfile']) !== profile
      ? [
          found(
            nodeClass,
            'whatever that role reaches',
            `nodes of ${nodeClass.name} take the role or profile ${taken}`,
            'Give them the instance profile that the cluster’s contract names',
          ),
        ]
      : []),
    ...(tenant !== '' && tenant !== own
      ? [
          found(
            nodeClass,
            `tenant ${tenant}`,
            `nodes of ${nodeClass.name} are tagged tenant: ${tenant}`,
            `Tag them tenant: ${own}`,
          ),
        ]
      : []),
  ];
}
