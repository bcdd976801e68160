/**
 * What receiving is measured beside: an HTTPS server that writes each request's body into a file and answers, with nothing else in
 * between. Bundled into one file; says its port in its first line.
 */
import { createWriteStream, readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const { FOLDER = '', CERTIFICATE_FILE = '', KEY_FILE = '' } = process.env;

/** Gathered while a write is under way and written as one: with Node's default it would write 16 KiB at a time, and be no fair peer. */
const BUFFERED_BYTES = 1024 * 1024;

const server = createServer(
  { cert: readFileSync(CERTIFICATE_FILE), key: readFileSync(KEY_FILE), minVersion: 'TLSv1.2' },
  (request, response) => {
    const [, name = '', offset = '0'] = /^\/(\w+)\/(\d+)$/.exec(request.url ?? '') ?? [];
    const flags = offset === '0' ? 'w' : 'r+';
    const file = createWriteStream(join(FOLDER, name), {
      flags,
      start: Number(offset),
      mode: 0o600,
      highWaterMark: BUFFERED_BYTES,
    });
    pipeline(request, file).then(
      () => response.writeHead(204).end(),
      () => response.writeHead(500).end(),
    );
  },
);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
