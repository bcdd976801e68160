import { readFileSync } from 'node:fs';
import { generate } from 'selfsigned';

/** A server's certificate and private key, both PEM. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateFiles {
  readonly certificateFile: string | undefined;
  readonly keyFile: string | undefined;
}

const YEARS = 10;

/**
 * The certificate of files, or one that is made on the spot: its key never leaves this process. A load balancer encrypts towards
 * its targets and does not verify their certificates (Elastic Load Balancing, "Target groups for your Application Load Balancers":
 * self-signed certificates will do); that nobody else answers at the task's address is the network's doing.
 *
 * @throws Error when one file is named without the other, or a file cannot be read.
 */
export async function serverCertificate({ certificateFile, keyFile }: CertificateFiles): Promise<ServerCertificate> {
  if (certificateFile !== undefined && keyFile !== undefined) {
    return { cert: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  }
  if (certificateFile !== undefined || keyFile !== undefined) {
    throw new Error(
      'TLS_CERTIFICATE_FILE and TLS_KEY_FILE go together: expected both, or neither for a self-signed one',
    );
  }
  const notAfterDate = new Date();
  notAfterDate.setFullYear(notAfterDate.getFullYear() + YEARS);
  const made = await generate([{ name: 'commonName', value: 'imaging' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate,
  });
  return { cert: made.cert, key: made.private };
}
