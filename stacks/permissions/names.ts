import type { Condition, Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { becomesOwn, IS_UNTAGGED, isOwn, KEEPS_IDENTITY, regionalArn, staysOwn } from './scope';

/** Permissions for names in a cell's zone, and for certificates of such names. */

export interface NameUse {
  /** Types of the records: `A`, `CNAME`. */
  readonly types: readonly string[];
  /** Names, and patterns in which a star stands for any characters, a dot too. */
  readonly names: readonly string[];
  /** What of these is somebody else's. @default - nothing */
  readonly except?: readonly string[];
}

/** One condition for all records of a request. */
const records = (test: string, key: string, values: readonly string[]): Condition => ({
  test: `ForAllValues:${test}`,
  variable: `route53:ChangeResourceRecordSets${key}`,
  values,
});

/**
 * Records with these names. Of other cells' zones only the ids differ, which Route 53 chooses: records are kept to the cell
 * by their own names.
 *
 * @param sid begins with a capital letter
 */
export const recordStatement = (sid: string, { types, names, except = [] }: NameUse): Statement => ({
  sid,
  actions: ['route53:ChangeResourceRecordSets'],
  resources: ['arn:aws:route53:::hostedzone/*'],
  conditions: [
    records('StringEquals', 'RecordTypes', types),
    records('StringLike', 'NormalizedRecordNames', names),
    ...(except.length > 0 ? [records('StringNotLike', 'NormalizedRecordNames', except)] : []),
  ],
});

/** Looking up records, and waiting until changes are known everywhere. */
export const readRecords = (): readonly Statement[] => [
  {
    sid: 'ReadNames',
    // By ids of Route 53's choice. What is in a public zone everybody may ask.
    actions: ['route53:GetHostedZone', 'route53:ListResourceRecordSets'],
    resources: ['arn:aws:route53:::hostedzone/*'],
  },
  { sid: 'AwaitNames', actions: ['route53:GetChange'], resources: ['arn:aws:route53:::change/*'] },
];

/**
 * Certificates for exactly these names, proved by DNS. Not `acm:ExportCertificate`: their keys stay with AWS.
 *
 * @param region where the certificates are, which for CloudFront is another than the placement's
 */
export function certificateStatements(
  placement: Placement,
  names: readonly string[],
  region = placement.region,
): readonly Statement[] {
  const resources = [regionalArn({ ...placement, region }, 'acm', 'certificate/*')];
  return [
    {
      sid: 'RequestCertificates',
      // A certificate has no name before it exists, so this action knows no resource.
      actions: ['acm:RequestCertificate'],
      resources: ['*'],
      conditions: [
        ...becomesOwn(placement),
        { test: 'StringEquals', variable: 'aws:RequestedRegion', values: [region] },
        { test: 'ForAllValues:StringEquals', variable: 'acm:DomainNames', values: names },
        { test: 'StringEquals', variable: 'acm:ValidationMethod', values: ['DNS'] },
      ],
    },
    {
      sid: 'TagNewCertificates',
      // ACM asks for this when a certificate is requested with tags. It also lets a deployer claim one that nobody has tagged.
      actions: ['acm:AddTagsToCertificate'],
      resources,
      conditions: [...becomesOwn(placement), IS_UNTAGGED],
    },
    {
      sid: 'Certificates',
      actions: ['acm:DeleteCertificate', 'acm:DescribeCertificate', 'acm:ListTagsForCertificate'],
      resources,
      conditions: isOwn(placement),
    },
    {
      sid: 'TagCertificates',
      actions: ['acm:AddTagsToCertificate'],
      resources,
      conditions: [...isOwn(placement), ...staysOwn(placement)],
    },
    {
      sid: 'UntagCertificates',
      actions: ['acm:RemoveTagsFromCertificate'],
      resources,
      conditions: [...isOwn(placement), KEEPS_IDENTITY],
    },
  ];
}
