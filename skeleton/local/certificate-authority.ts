import { generate } from 'selfsigned';

/** A certificate and its private key, both PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly privateKey: string;
}

/** A certificate authority that lives as long as the process that made it, and signs for loopback servers. */
export interface LoopbackAuthority {
  /** PEM of the authority's own certificate: what a client has to trust. */
  readonly certificate: string;
  /** Signs a certificate for `localhost` and 127.0.0.1, or for other DNS names, valid for a year. */
  issue(dnsNames?: readonly string[]): Promise<Certificate>;
  /** Signs a client's certificate. */
  issueClient(client: ClientSubject): Promise<Certificate>;
}

/** Whom a client certificate names, and until when. */
export interface ClientSubject {
  readonly commonName: string;
  readonly organization: string;
  /** Two letters. */
  readonly country: string;
  /** Default: in a year. */
  readonly expiresAt?: Date;
}

const DAY_MS = 86_400_000;

const EC_P256 = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

/**
 * Makes a certificate authority on the spot, so that TLS on this machine is verified as it is in AWS and no key
 * is ever committed.
 */
export async function createLoopbackAuthority(name = 'Loopback authority'): Promise<LoopbackAuthority> {
  const authority = await generate([{ name: 'commonName', value: name }], {
    ...EC_P256,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const ca = { key: authority.private, cert: authority.cert };
  return {
    certificate: authority.cert,
    issueClient: async ({ commonName, organization, country, expiresAt }) => {
      const subject = [
        { name: 'countryName', value: country },
        { name: 'organizationName', value: organization },
        { name: 'commonName', value: commonName },
      ];
      const issued = await generate(subject, {
        ...EC_P256,
        ca,
        ...(expiresAt !== undefined && {
          notBeforeDate: new Date(expiresAt.getTime() - DAY_MS),
          notAfterDate: expiresAt,
        }),
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'keyUsage', digitalSignature: true },
          { name: 'extKeyUsage', clientAuth: true },
        ],
      });
      return { certificate: issued.cert, privateKey: issued.private };
    },
    issue: async (dnsNames) => {
      const issued = await generate([{ name: 'commonName', value: dnsNames?.[0] ?? 'localhost' }], {
        ...EC_P256,
        ca,
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
          // The nodes of a Redis cluster show their certificates to each other as clients, too.
          { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
          {
            name: 'subjectAltName',
            altNames: dnsNames
              ? dnsNames.map((value) => ({ type: 2 as const, value }))
              : [
                  { type: 2, value: 'localhost' },
                  { type: 7, ip: '127.0.0.1' },
                ],
          },
        ],
      });
      return { certificate: issued.cert, privateKey: issued.private };
    },
  };
}
