import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClientSubject, createLoopbackAuthority } from '../../certificate-authority';

/** Who may ask the gateway, and who may not. */
export interface GatewayClients {
  /** PEM of the authority whose client certificates are let in. */
  readonly truststore: string;
  /** With `<name>.crt` and `<name>.key`. */
  readonly folder: string;
}

/** Reads every hospital's files. */
export const READER_SUBJECT = 'CN=reader.example,O=Reports,C=BR';

const HOUR_MS = 3_600_000;

/**
 * Makes the certificates of `hospital-a`, `hospital-b`, `reader`, of a hospital whose certificate has `expired`, and of a `stranger` that no
 * authority of the truststore has signed.
 */
export async function makeClients(folder: string): Promise<GatewayClients> {
  const [hospitals, strangers] = [
    await createLoopbackAuthority('Hospitals'),
    await createLoopbackAuthority('Strangers'),
  ];
  const clients: Readonly<Record<string, ClientSubject>> = {
    'hospital-a': { commonName: 'hospital-a.example', organization: 'Hospital A', country: 'BR' },
    'hospital-b': { commonName: 'hospital-b.example', organization: 'Hospital B', country: 'BR' },
    reader: { commonName: 'reader.example', organization: 'Reports', country: 'BR' },
    expired: {
      commonName: 'hospital-a.example',
      organization: 'Hospital A',
      country: 'BR',
      expiresAt: new Date(Date.now() - HOUR_MS),
    },
    stranger: { commonName: 'hospital-a.example', organization: 'Hospital A', country: 'BR' },
  };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, subject] of Object.entries(clients)) {
    const authority = name === 'stranger' ? strangers : hospitals;
    const { certificate, privateKey } = await authority.issueClient(subject);
    writeFileSync(join(folder, `${name}.crt`), certificate);
    writeFileSync(join(folder, `${name}.key`), privateKey, { mode: 0o600 });
  }
  return { truststore: hospitals.certificate, folder };
}
