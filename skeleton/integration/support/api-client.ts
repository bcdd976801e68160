import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Bundle, FhirResource, Observation } from 'fhir/r4';
import type { PipelineOutputs } from './outputs';

/** An answer of the API. */
export interface ApiAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Headers;
  /** The parsed resource. */
  readonly body: FhirResource;
}

/** Calls the API: signed with the caller's AWS credentials when it is deployed, plainly when it is local. */
export class ApiClient {
  private readonly signer: SignatureV4 | undefined;

  constructor(private readonly outputs: PipelineOutputs) {
    this.signer =
      outputs.Target === 'local'
        ? undefined
        : new SignatureV4({
            service: 'execute-api',
            region: outputs.Region,
            credentials: defaultProvider(),
            sha256: Sha256,
          });
  }

  /** @param pathOrUrl such as `Observation?patient=1`, or an absolute link of a Bundle. */
  async get(pathOrUrl: string, method = 'GET'): Promise<ApiAnswer> {
    const url = new URL(pathOrUrl, this.outputs.ApiUrl);
    const response = await fetch(url, {
      method,
      headers: await this.headersFor(url, method),
      signal: AbortSignal.timeout(30_000),
    });
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      headers: response.headers,
      body: (await response.json()) as FhirResource,
    };
  }

  /** Everything that a search finds, over all its pages. @throws where a page is not answered with 200 and a Bundle. */
  async searchAll(query: Readonly<Record<string, string>>): Promise<Observation[]> {
    const observations: Observation[] = [];
    let next: string | undefined = `Observation?${new URLSearchParams(query)}`;
    while (next !== undefined) {
      const page: Bundle<FhirResource> = bundleOf(await this.get(next));
      for (const { resource } of page.entry ?? []) {
        if (resource?.resourceType === 'Observation') observations.push(resource);
      }
      next = page.link?.find((link) => link.relation === 'next')?.url;
    }
    return observations;
  }

  private async headersFor(url: URL, method: string): Promise<Record<string, string>> {
    const headers = { host: url.host, accept: 'application/fhir+json' };
    if (this.signer === undefined) return { accept: headers.accept };
    const query = Object.fromEntries(
      [...new Set(url.searchParams.keys())].map((key) => [key, url.searchParams.getAll(key)]),
    );
    const signed = await this.signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query,
      headers,
    });
    return signed.headers;
  }
}

/** The Bundle of an answer. @throws where it is none. */
export function bundleOf({ status, body }: ApiAnswer): Bundle<FhirResource> {
  if (status !== 200 || body.resourceType !== 'Bundle') {
    throw new Error(`Expected a Bundle, got ${status} ${JSON.stringify(body).slice(0, 500)}`);
  }
  return body as Bundle<FhirResource>;
}
