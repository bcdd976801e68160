import { readFileSync } from 'node:fs';

/**
 * Reads the certificate authorities to trust, as PEM.
 *
 * @param variable names the environment variable that the path came from, for the person who set it.
 * @throws Error when the file cannot be read or holds no certificate.
 */
export function readAuthorities(caFile: string, variable: string): string {
  const pem = readFileSync(caFile, 'utf8');
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw new Error(`${caFile} (${variable}) holds no certificate: expected PEM.`);
  }
  return pem;
}
