import { AcmCertificate } from '@cdktf/provider-aws/lib/acm-certificate';
import { AcmCertificateValidation } from '@cdktf/provider-aws/lib/acm-certificate-validation';
import { CognitoUserPoolDomain } from '@cdktf/provider-aws/lib/cognito-user-pool-domain';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { Construct } from 'constructs';
import { type Rule, validateProps } from '../core/validation';

/** A public zone, by its id, and its name without a final dot. */
export interface Zone {
  readonly id: string;
  readonly name: string;
}

export interface SignInDomainProps {
  readonly userPoolId: string;
  readonly zone: Zone;
}

/** Where people sign in and machines get tokens: a name in the cell's zone. */
export const signInDomainOf = (zoneName: string): string => `auth.${zoneName}`;

/** Longest domain that Cognito takes, in characters: `Domain`, CreateUserPoolDomain, Cognito API reference. */
export const SIGN_IN_DOMAIN_MAX = 63;

/** Cognito serves its domains from CloudFront, which takes certificates from this region only. */
const CERTIFICATE_REGION = 'us-east-1';

/** Seconds that resolvers may keep a record that proves whose the zone is, and the one at the zone's top. */
const RECORD_TTL = 300;

/**
 * Cognito wants an address at the name above its domain and calls nobody there. This one is for documentation and leads
 * nowhere: RFC 5737. An address of the gateways would tie this stack to them.
 */
const NOWHERE = '192.0.2.1';

const RULES: readonly Rule<{ readonly domain: string }>[] = [
  {
    fails: ({ domain }) => domain.length > SIGN_IN_DOMAIN_MAX,
    message: ({ domain }) =>
      `zone must leave room for a sign-in domain of ${String(SIGN_IN_DOMAIN_MAX)} characters, got ${String(domain.length)}: ${domain}`,
  },
];

/** The user pool's own pages and token endpoint under a name of the cell, with a certificate. */
export class SignInDomain extends Construct {
  /** Host name, without https:// before it. */
  public readonly domain: string;

  public constructor(scope: Construct, id: string, { userPoolId, zone }: SignInDomainProps) {
    super(scope, id);
    const domain = signInDomainOf(zone.name);
    validateProps(this, 'SignInDomain props', { domain }, RULES);
    const top = this.record(zone, 'Top', { name: zone.name, type: 'A', records: [NOWHERE] });
    const pages = new CognitoUserPoolDomain(this, 'Domain', {
      userPoolId,
      domain,
      certificateArn: this.certificate(zone, domain),
      managedLoginVersion: 2,
      // Tokens name the pool and not this domain, but every client knows it.
      lifecycle: { preventDestroy: true },
      dependsOn: [top],
    });
    new Route53Record(this, 'Name', {
      zoneId: zone.id,
      name: domain,
      type: 'A',
      allowOverwrite: false,
      alias: {
        name: pages.cloudfrontDistribution,
        zoneId: pages.cloudfrontDistributionZoneId,
        // CloudFront answers no health checks of Route 53.
        evaluateTargetHealth: false,
      },
    });
    this.domain = domain;
  }

  /** The ARN of a certificate that AWS has issued, and issues anew as long as its record stays. */
  private certificate(zone: Zone, domain: string): string {
    const certificate = new AcmCertificate(this, 'Certificate', {
      region: CERTIFICATE_REGION,
      domainName: domain,
      validationMethod: 'DNS',
      keyAlgorithm: 'RSA_2048',
      lifecycle: { createBeforeDestroy: true },
    });
    const proof = certificate.domainValidationOptions.get(0);
    const record = this.record(zone, 'Proof', {
      name: proof.resourceRecordName,
      // What ACM asks for, whichever name it chooses.
      type: 'CNAME',
      records: [proof.resourceRecordValue],
    });
    return new AcmCertificateValidation(this, 'Issued', {
      region: CERTIFICATE_REGION,
      certificateArn: certificate.arn,
      validationRecordFqdns: [record.fqdn],
    }).certificateArn;
  }

  private record(
    zone: Zone,
    id: string,
    record: { readonly name: string; readonly type: string; readonly records: string[] },
  ): Route53Record {
    return new Route53Record(this, id, {
      zoneId: zone.id,
      ttl: RECORD_TTL,
      allowOverwrite: false,
      ...record,
    });
  }
}
