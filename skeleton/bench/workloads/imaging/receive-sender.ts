import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { SentFile } from './receive-files';

/** Where files are sent, and how one speaks there. */
export interface Target {
  readonly kind: 'tus' | 'plain' | 'durable';
  readonly baseUrl: string;
}

const SUBJECT = 'CN=bench,O=Hospital,C=BR';
const SOCKETS_MAX = 16;
const PART_TYPE = { 'Content-Type': 'application/offset+octet-stream' };

/** Sends files part by part, each part in one write, over connections that are kept. */
export class ReceiveSender {
  private readonly agent: Agent;

  /** @param authority PEM of the authority that the servers' certificates are of. */
  constructor(authority: string) {
    this.agent = new Agent({ ca: authority, keepAlive: true, maxSockets: SOCKETS_MAX });
  }

  /** @throws Error when a server answers other than that it took a part. */
  async send(target: Target, file: SentFile): Promise<void> {
    if (target.kind === 'tus') return this.sendByTus(target, file);
    const name = randomUUID().replaceAll('-', '');
    await eachPart(file, async (offset, body) => {
      await this.ask(new URL(`/${target.kind}/${name}/${offset}`, target.baseUrl), 'PUT', {}, body);
    });
  }

  close(): void {
    this.agent.destroy();
  }

  private async sendByTus({ baseUrl }: Target, file: SentFile): Promise<void> {
    const common = { 'Tus-Resumable': '1.0.0', 'X-Client-Certificate-Subject': SUBJECT };
    const length = { 'Upload-Length': String(file.sizeBytes) };
    const uploads = new URL('/uploads', baseUrl);
    const first = file.part(0);
    // A file of one part goes with the request that creates its upload, as senders of many do it.
    if (first.length === file.sizeBytes) {
      await this.ask(uploads, 'POST', { ...common, ...length, ...PART_TYPE }, first);
      return;
    }
    const created = await this.ask(uploads, 'POST', { ...common, ...length }, Buffer.alloc(0));
    const url = new URL(created.headers.location ?? '');
    await eachPart(file, async (offset, body) => {
      await this.ask(url, 'PATCH', { ...common, ...PART_TYPE, 'Upload-Offset': String(offset) }, body);
    });
  }

  private async ask(
    url: URL,
    method: string,
    headers: Readonly<Record<string, string>>,
    body: Buffer,
  ): Promise<IncomingMessage> {
    const sent = request(url, {
      method,
      agent: this.agent,
      headers: { ...headers, 'Content-Length': String(body.length) },
    });
    sent.end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const ended = once(answer, 'end');
    answer.resume();
    await ended;
    if (answer.statusCode === 201 || answer.statusCode === 204) return answer;
    throw new Error(`A server of the benchmark answered ${answer.statusCode} to ${method}.`);
  }
}

async function eachPart(file: SentFile, send: (offset: number, body: Buffer) => Promise<void>): Promise<void> {
  for (let offset = 0; offset < file.sizeBytes;) {
    const body = file.part(offset);
    await send(offset, body);
    offset += body.length;
  }
}
