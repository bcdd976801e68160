import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';

/** One of the hospitals of the tests, by the subject that the gateway would say. */
export const HOSPITAL = 'CN=pacs.hospital-a.example,O=Hospital A,C=BR';
export const OTHER_HOSPITAL = 'CN=pacs.hospital-b.example,O=Hospital B,C=BR';

export interface ClientOptions {
  readonly baseUrl: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly authority: string;
  /** Default `HOSPITAL`; `null`: none. */
  readonly subject?: string | null;
}

export interface Ask {
  readonly method: string;
  /** Path, or URL of the server. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export interface ClientAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body of an answer that is JSON. */
  json(): unknown;
}

/** Speaks HTTPS as the gateway does, with a certificate's subject in the header. */
export class UploadClient {
  private readonly agent: Agent;

  constructor(private readonly options: ClientOptions) {
    this.agent = new Agent({ ca: options.authority, keepAlive: true, maxSockets: 20 });
  }

  /** The same server, asked by somebody else. */
  as(subject: string | null): UploadClient {
    return new UploadClient({ ...this.options, subject });
  }

  async ask(asked: Ask): Promise<ClientAnswer> {
    const sent = this.begin(asked);
    const answered = answerOf(sent);
    sent.end(asked.body);
    return answered;
  }

  /** A request whose body the caller sends. */
  begin({ method, path, headers, body }: Ask): ClientRequest {
    const { baseUrl, subject = HOSPITAL } = this.options;
    return request(new URL(path, baseUrl), {
      method,
      agent: this.agent,
      headers: {
        ...(subject !== null && { 'X-Client-Certificate-Subject': subject }),
        ...(path.includes('/uploads') && { 'Tus-Resumable': '1.0.0' }),
        ...(body !== undefined && { 'Content-Length': String(body.length) }),
        ...headers,
      },
    });
  }

  /** Creates an upload. @returns its URL. */
  async create(lengthBytes: number, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const created = await this.ask({
      method: 'POST',
      path: '/uploads',
      headers: { 'Upload-Length': String(lengthBytes), ...headers },
    });
    if (created.status !== 201) throw new Error(`no upload was created: ${created.status} ${created.text}`);
    return created.headers.location ?? '';
  }

  async patch(url: string, offset: number, body: Buffer): Promise<ClientAnswer> {
    return this.ask({ method: 'PATCH', path: url, headers: partHeaders(offset), body });
  }

  async head(url: string): Promise<ClientAnswer> {
    return this.ask({ method: 'HEAD', path: url });
  }

  /** Uploads a whole file in one part. @returns the answer to the part. */
  async upload(bytes: Buffer, headers: Readonly<Record<string, string>> = {}): Promise<ClientAnswer & { url: string }> {
    const url = await this.create(bytes.length, headers);
    return { ...(await this.patch(url, 0, bytes)), url };
  }

  close(): void {
    this.agent.destroy();
  }
}

export function partHeaders(offset: number): Record<string, string> {
  return { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset) };
}

/** Waits for the answer to a request. */
export async function answerOf(sent: ClientRequest): Promise<ClientAnswer> {
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    json: () => JSON.parse(text) as unknown,
  };
}

/** What a problem document says, for `toMatchObject`. */
export function problem(status: number, code: string): object {
  return {
    type: 'about:blank',
    title: expect.any(String),
    status,
    detail: expect.stringMatching(/\w \w.*\.$/),
    code,
  };
}

export function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** `Upload-Metadata` of some texts. */
export function metadata(entries: Readonly<Record<string, string>>): { 'Upload-Metadata': string } {
  const pairs = Object.entries(entries).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`);
  return { 'Upload-Metadata': pairs.join(',') };
}

/** An upload's id, by its URL. */
export function idOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}
