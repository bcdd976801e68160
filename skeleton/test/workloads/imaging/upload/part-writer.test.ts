import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { writePart } from '../../../../src/workloads/imaging/upload/part-writer';

const MEBIBYTE = 1024 * 1024;

describe('a part', () => {
  test('is written as it came, whatever the sizes of its chunks', async () => {
    const path = join(tmpdir(), `part-${crypto.randomUUID()}`);
    const file = await open(path, 'wx+');
    try {
      const chunks = [1, 0, MEBIBYTE - 1, 3 * MEBIBYTE + 7, 16_384].map((length, index) =>
        Buffer.alloc(length, index + 1),
      );
      const source = Readable.from(chunks.filter(({ length }) => length > 0));
      const { bytes, fault } = await writePart({ source, file, offsetBytes: 5, hash: undefined, signal: undefined });
      const expected = Buffer.concat([Buffer.alloc(5), ...chunks]);
      expect([bytes, fault]).toEqual([expected.length - 5, undefined]);
      expect((await file.readFile()).equals(expected)).toBe(true);
    } finally {
      await file.close();
      await rm(path);
    }
  });

  const testOnLinux = process.platform === 'linux' ? test : test.skip;
  testOnLinux(
    'that a full disk does not take fails alone, though its sender breaks off after that (needs /dev/full)',
    async () => {
      const file = await open('/dev/full', 'w');
      let isBroken = false;
      async function* body() {
        for (let count = 0; count < 4; count += 1) yield Buffer.alloc(MEBIBYTE);
        await sleep(50);
        isBroken = true;
        throw new Error('the sender broke off');
      }
      const source = Readable.from(body(), { objectMode: false, highWaterMark: 16 * MEBIBYTE });
      try {
        const written = writePart({ source, file, offsetBytes: 0, hash: undefined, signal: undefined });
        // Jest's errors are not those of Node's own modules, so that one comes as the other's cause.
        await expect(written).rejects.toMatchObject({ cause: { code: 'ENOSPC' } });
        for (let count = 0; count < 100 && !isBroken; count += 1) await sleep(10);
        await sleep(10);
        expect([isBroken, source.errored?.message]).toEqual([true, 'the sender broke off']);
      } finally {
        await file.close();
      }
    },
  );
});
