import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, type AgentOptions, request } from 'node:https';
import { join } from 'node:path';
import { DefaultHttpStack, Upload } from 'tus-js-client';
import { uploadUrlOf } from './upload-url';
import type { LocalStackOutputs } from '../../../support/deployed';

/** Whose certificate a client shows: see `LocalClientsFolder`. `nobody` shows none. */
export type ClientName = 'hospital-a' | 'hospital-b' | 'reader' | 'expired' | 'stranger' | 'nobody';

export interface Ask {
  readonly method: 'DELETE' | 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST';
  /** Path below the API's URL, such as `studies?limit=1`, or an absolute URL. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  json(): unknown;
}

/** As large as a request may be. */
const PART_BYTES = 8 * 1024 * 1024;
const DICOM_JSON = { Accept: 'application/dicom+json' };

/** A machine of a hospital's: speaks tus and DICOMweb, with a certificate of its own. */
export class ImagingClient {
  private readonly tls: AgentOptions;
  private readonly agent: Agent;

  constructor(
    private readonly outputs: LocalStackOutputs,
    name: ClientName,
  ) {
    const { LocalGatewayCaFile: caFile = '', LocalClientsFolder: folder = '' } = outputs;
    this.tls = {
      ca: readFileSync(caFile),
      ...(name !== 'nobody' && {
        cert: readFileSync(join(folder, `${name}.crt`)),
        key: readFileSync(join(folder, `${name}.key`)),
      }),
    };
    this.agent = new Agent({ ...this.tls, keepAlive: true, maxSockets: 8 });
  }

  async ask({ method, path, headers = {}, body }: Ask): Promise<Answer> {
    const sent = request(new URL(path, this.outputs.ApiUrl), { method, headers, agent: this.agent });
    sent.end(body);
    const [answered] = (await once(sent, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of answered as AsyncIterable<Buffer>) chunks.push(chunk);
    const whole = Buffer.concat(chunks);
    return {
      status: answered.statusCode ?? 0,
      headers: answered.headers,
      body: whole,
      json: () => JSON.parse(whole.toString('utf8')) as unknown,
    };
  }

  /**
   * Sends a file by tus, in parts, as the protocol's own client does.
   *
   * @returns the upload's id, which is the scan's.
   * @throws tus's DetailedError with the refusal, whose `originalResponse` has the problem document.
   */
  async upload(bytes: Buffer, metadata: Readonly<Record<string, string>> = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const upload = new Upload(bytes, {
        endpoint: uploadUrlOf(this.outputs),
        httpStack: new DefaultHttpStack({ agent: this.agent }),
        chunkSize: PART_BYTES,
        retryDelays: null,
        metadata: { ...metadata },
        onError: reject,
        onSuccess: () => resolve(upload.url?.split('/').at(-1) ?? ''),
      });
      upload.start();
    });
  }

  /** Sends files by STOW-RS in one request (DICOM PS3.18, 10.5). */
  async store(files: readonly Buffer[]): Promise<Answer> {
    const boundary = `part-${crypto.randomUUID()}`;
    const parts = files.flatMap((bytes) => [
      Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
      bytes,
      Buffer.from('\r\n'),
    ]);
    return this.ask({
      method: 'POST',
      path: 'studies',
      headers: { ...DICOM_JSON, 'Content-Type': `multipart/related; type="application/dicom"; boundary=${boundary}` },
      body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
    });
  }

  /** What QIDO-RS finds, as DICOM JSON (DICOM PS3.18, 10.6). @param path such as `studies?PatientID=1`. */
  async search(path: string): Promise<ReadonlyArray<Readonly<Record<string, { Value?: readonly unknown[] }>>>> {
    const answer = await this.ask({ method: 'GET', path, headers: DICOM_JSON });
    // Nothing found is an answer without a body.
    if (answer.status === 204) return [];
    if (answer.status !== 200) throw new Error(`Expected 200, got ${answer.status} ${answer.body.toString('utf8')}`);
    return answer.json() as ReadonlyArray<Record<string, { Value?: unknown[] }>>;
  }

  close(): void {
    this.agent.destroy();
  }
}
