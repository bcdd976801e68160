import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Bundle, FhirResource } from 'fhir/r4';
import type { PipelineOutputs } from './outputs';

interface AnswerHead {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Headers;
}

/** An answer of the API as text. */
export interface TextAnswer extends AnswerHead {
  readonly text: string;
}

/** An answer of the API. */
export interface ApiAnswer extends AnswerHead {
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
    return withResource(await this.ask(pathOrUrl, { method }));
  }

  /** The answer as it came, letter by letter. @param headers such as `if-none-match`. */
  async getText(pathOrUrl: string, headers: Readonly<Record<string, string>> = {}): Promise<TextAnswer> {
    return this.ask(pathOrUrl, { method: 'GET', headers });
  }

  /** Posts a body that is answered with a resource. @param path such as `Observation`; empty for the API's root. */
  async post(path: string, contentType: string, body: string): Promise<ApiAnswer> {
    return withResource(await this.ask(path, { method: 'POST', content: { contentType, body } }));
  }

  /** Posts a body that is answered with text, such as an HL7 v2 message. */
  async postText(path: string, contentType: string, body: string | Uint8Array): Promise<TextAnswer> {
    return this.ask(path, { method: 'POST', content: { contentType, body } });
  }

  /**
   * Everything of one type that a search finds, over all its pages.
   *
   * @throws where a page is not answered with 200 and a Bundle.
   */
  async searchAll<Type extends FhirResource['resourceType']>(
    resourceType: Type,
    query: Readonly<Record<string, string>>,
  ): Promise<Array<Extract<FhirResource, { resourceType: Type }>>> {
    const found: Array<Extract<FhirResource, { resourceType: Type }>> = [];
    const isOfType = (resource: FhirResource | undefined): resource is Extract<FhirResource, { resourceType: Type }> =>
      resource?.resourceType === resourceType;
    let next: string | undefined = `${resourceType}?${new URLSearchParams(query)}`;
    while (next !== undefined) {
      const page: Bundle<FhirResource> = bundleOf(await this.get(next));
      for (const { resource } of page.entry ?? []) {
        if (isOfType(resource)) found.push(resource);
      }
      next = page.link?.find((link) => link.relation === 'next')?.url;
    }
    return found;
  }

  private async ask(pathOrUrl: string, { method, content, headers }: Question): Promise<TextAnswer> {
    const url = new URL(pathOrUrl, this.outputs.ApiUrl);
    const body = content === undefined ? undefined : Buffer.from(content.body);
    const send = async (): Promise<Response> =>
      fetch(url, {
        method,
        headers: await this.headersFor(url, { method, contentType: content?.contentType, body, more: headers }),
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(30_000),
      });
    const response = await send().catch(async (error: unknown) => {
      if (method !== 'GET' || !wasIdle(error)) throw error;
      return send();
    });
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      headers: response.headers,
      text: await response.text(),
    };
  }

  private async headersFor(url: URL, { method, contentType, body, more }: Signable): Promise<Record<string, string>> {
    // An acknowledgment is no JSON, so a body is answered in its own kind.
    const headers: Record<string, string> = {
      ...(contentType === undefined ? { accept: 'application/fhir+json' } : { 'content-type': contentType }),
      ...more,
    };
    if (this.signer === undefined) return { ...headers };
    const query = Object.fromEntries(
      [...new Set(url.searchParams.keys())].map((key) => [key, url.searchParams.getAll(key)]),
    );
    const signed = await this.signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query,
      headers: { ...headers, host: url.host },
      ...(body === undefined ? {} : { body }),
    });
    return signed.headers;
  }
}

/**
 * Whether the server closed a connection that lay idle while the request was on its way: nothing was answered, and what may be asked twice
 * is asked again on another one (RFC 9112, 9.3.1).
 */
function wasIdle(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'message' in cause && cause.message === 'other side closed';
}

interface Signable {
  readonly method: string;
  readonly contentType: string | undefined;
  readonly body: Buffer | undefined;
  readonly more: Readonly<Record<string, string>> | undefined;
}

interface Question {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly content?: { readonly contentType: string; readonly body: string | Uint8Array };
}

function withResource({ text, ...answer }: TextAnswer): ApiAnswer {
  return { ...answer, body: JSON.parse(text) as FhirResource };
}

/** The Bundle of an answer. @throws where it is none. */
export function bundleOf({ status, body }: ApiAnswer): Bundle<FhirResource> {
  if (status !== 200 || body.resourceType !== 'Bundle') {
    throw new Error(`Expected a Bundle, got ${status} ${JSON.stringify(body).slice(0, 500)}`);
  }
  return body as Bundle<FhirResource>;
}
