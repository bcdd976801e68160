/**
 * What receiving is measured beside: an HTTPS server that writes each request's body into a file and answers, with nothing else in
 * between. To `/durable/`, it promises what the product does before it answers, and no more: the file is synchronized and in its
 * place, and a row of it is committed. Bundled into one file; says its port in its first line.
 */
import { createWriteStream, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { receipts } from './receipts';

const { FOLDER = '', CERTIFICATE_FILE = '', KEY_FILE = '' } = process.env;
const noted = receipts(process.env);

/** Gathered while a write is under way and written as one: with Node's default it would write 16 KiB at a time, and be no fair peer. */
const BUFFERED_BYTES = 1024 * 1024;

async function write(request: IncomingMessage, name: string, offset: number): Promise<void> {
  const file = createWriteStream(join(FOLDER, name), {
    flags: offset === 0 ? 'w' : 'r+',
    start: offset,
    mode: 0o600,
    highWaterMark: BUFFERED_BYTES,
  });
  await pipeline(request, file);
}

/** A file that came with one request. */
async function keep(request: IncomingMessage, name: string): Promise<void> {
  const incoming = join(FOLDER, `${name}.part`);
  const file = createWriteStream(incoming, { flags: 'wx', mode: 0o600, highWaterMark: BUFFERED_BYTES, flush: true });
  await pipeline(request, file);
  await rename(incoming, join(FOLDER, name));
  const folder = await open(FOLDER);
  await folder.sync();
  await folder.close();
  await noted.add(name);
}

const server = createServer(
  { cert: readFileSync(CERTIFICATE_FILE), key: readFileSync(KEY_FILE), minVersion: 'TLSv1.2' },
  (request, response) => {
    const [, promise, name = '', offset] = /^\/(plain|durable)\/(\w+)\/(\d+)$/.exec(request.url ?? '') ?? [];
    const taken = promise === 'durable' ? keep(request, name) : write(request, name, Number(offset));
    taken.then(
      () => response.writeHead(204).end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  },
);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
