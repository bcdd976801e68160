import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalOutputs } from '../../../outputs';

export interface SendOptions {
  /** Bytes of a part. Default 8 MiB. */
  readonly partBytes?: number;
  /** Asked for each part where it is cut; `undefined` lets it arrive. Default: none is cut. */
  readonly cut?: (partBytes: number) => Cut | undefined;
}

/** Where the connection breaks. */
export interface Cut {
  /** How many bytes of the part are sent: with all of them, the answer is what gets lost. */
  readonly afterBytes: number;
  /** Time from then on. */
  readonly thenMs: number;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

interface Ask {
  readonly method: 'POST' | 'HEAD' | 'PATCH';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly cut?: Cut | undefined;
}

const PART_BYTES = 8 * 1024 * 1024;
const PATIENCE_MS = 120_000;
const RETRY_MS = 100;
const CONFLICT = 409;
const LOCKED = 423;

/** A hospital's sender: uploads files by tus 1.0.0 and goes on after every failure where the server says that it stands. */
export class TusSender {
  private readonly agent: Agent;
  private readonly url: string;

  /** @param client such as `hospital-a`: see `LocalClientsFolder`. */
  constructor(
    { UploadUrl = '', LocalGatewayCaFile = '', LocalClientsFolder = '' }: Partial<LocalOutputs>,
    client = 'hospital-a',
  ) {
    this.url = UploadUrl;
    this.agent = new Agent({
      keepAlive: true,
      ca: readFileSync(LocalGatewayCaFile),
      cert: readFileSync(join(LocalClientsFolder, `${client}.crt`)),
      key: readFileSync(join(LocalClientsFolder, `${client}.key`)),
    });
  }

  /**
   * Sends a whole file, however often that has to be begun again.
   *
   * @returns the scan's id.
   * @throws Error when the file is refused, or when nothing goes on for two minutes.
   */
  async send(bytes: Buffer, { partBytes = PART_BYTES, cut }: SendOptions = {}): Promise<string> {
    const url = await this.untilAnswered(async () => this.create(bytes.length));
    for (let offset = 0; offset < bytes.length;) {
      const body = bytes.subarray(offset, offset + partBytes);
      const patch = async () =>
        this.ask({
          method: 'PATCH',
          url,
          headers: { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset) },
          body,
          cut: cut?.(body.length),
        });
      const answer = await patch().catch(() => undefined);
      if (answer?.status === 204) {
        offset = Number(answer.headers['upload-offset']);
      } else if (answer === undefined || mayPass(answer)) {
        offset = await this.untilAnswered(async () => this.offsetOf(url));
      } else {
        throw new Error(`A part was refused with ${answer.status}: ${answer.text}`);
      }
    }
    return url.slice(url.lastIndexOf('/') + 1);
  }

  close(): void {
    this.agent.destroy();
  }

  private async create(lengthBytes: number): Promise<string> {
    const answer = await this.ask({ method: 'POST', url: this.url, headers: { 'Upload-Length': String(lengthBytes) } });
    if (answer.status !== 201) throw refusedOrAway(answer);
    return new URL(answer.headers.location ?? '', this.url).href;
  }

  private async offsetOf(url: string): Promise<number> {
    const answer = await this.ask({ method: 'HEAD', url });
    if (answer.status !== 200) throw refusedOrAway(answer);
    return Number(answer.headers['upload-offset']);
  }

  private async untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (error instanceof Refusal || Date.now() > deadline) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  private async ask({ method, url, headers, body, cut }: Ask): Promise<Answer> {
    const sent = request(url, {
      method,
      agent: this.agent,
      headers: { 'Tus-Resumable': '1.0.0', ...headers, ...(body !== undefined && { 'Content-Length': body.length }) },
    });
    if (body !== undefined && cut !== undefined) {
      // It may come after the answer, when nobody listens any more.
      sent.on('error', () => undefined);
      const breakOff = () => sent.destroy(new Error('The connection was cut.'));
      sent.write(body.subarray(0, cut.afterBytes), () => void sleep(cut.thenMs).then(breakOff));
    } else {
      sent.end(body);
    }
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text: Buffer.concat(chunks).toString('utf8'),
    };
  }
}

/** Nothing that another try would change. */
class Refusal extends Error {}

function refusedOrAway({ status, text }: Answer): Error {
  const message = `The upload was answered ${status}: ${text}`;
  return mayPass({ status }) ? new Error(message) : new Refusal(message);
}

/** The server is away or busy, or knows of more bytes than we do. */
function mayPass({ status }: Pick<Answer, 'status'>): boolean {
  return status >= 500 || status === CONFLICT || status === LOCKED || status === 429;
}
