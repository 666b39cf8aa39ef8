import { AcmCertificate } from '@cdktf/provider-aws/lib/acm-certificate';
import { AcmCertificateValidation } from '@cdktf/provider-aws/lib/acm-certificate-validation';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { Construct } from 'constructs';

/** The public zone of a cell. */
export interface Zone {
  readonly id: string;
  /** Without a final dot. */
  readonly name: string;
}

export interface GatewayCertificateProps {
  readonly zone: Zone;
}

/**
 * The certificate of every name directly below the cell's zone: of both fleets, and of all tenants. Its key never leaves AWS,
 * and AWS renews it for as long as the record that proves the zone is there.
 *
 * Terraform waits until it is issued, and so until the zone above delegates to the cell's.
 */
export class GatewayCertificate extends Construct {
  /** ARN of the certificate, once it is issued. */
  public readonly arn: string;

  public constructor(scope: Construct, id: string, { zone }: GatewayCertificateProps) {
    super(scope, id);
    const certificate = new AcmCertificate(this, 'Certificate', {
      domainName: `*.${zone.name}`,
      // RSA 2048 by default: load balancers of the network type take it from every client.
      validationMethod: 'DNS',
      // A listener that has one cannot be left without.
      lifecycle: { createBeforeDestroy: true },
    });
    // One name, so one proof.
    const proof = certificate.domainValidationOptions.get(0);
    const record = new Route53Record(this, 'Proof', {
      zoneId: zone.id,
      name: proof.resourceRecordName,
      type: 'CNAME',
      ttl: 300,
      records: [proof.resourceRecordValue],
    });
    const validation = new AcmCertificateValidation(this, 'Validation', {
      certificateArn: certificate.arn,
      validationRecordFqdns: [record.fqdn],
    });
    this.arn = validation.certificateArn;
  }
}
