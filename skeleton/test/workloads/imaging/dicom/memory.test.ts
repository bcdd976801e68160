import { execFile } from 'node:child_process';
import { open, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDeflateRaw } from 'node:zlib';
import { beginning, element, INSTANCE_UID, leastElements, UNDEFINED_LENGTH } from './support/data-set-bytes';

const MEBIBYTE = 1024 * 1024;
const ROOT = join(__dirname, '..', '..', '..', '..');
const EXPLICIT_UID = '1.2.840.10008.1.2.1';
const DEFLATED_UID = '1.2.840.10008.1.2.1.99';
const PIXEL_DATA = 0x7fe00010;
const ITEM = 0xfffee000;
const SEQUENCE_END = 0xfffee0dd;
/** What reading may take, beside the program itself: much less than the files have. */
const GROWN_BYTES_MAX = 120 * MEBIBYTE;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dicom-memory-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Writes pieces at places of a file, which has holes between. */
async function sparseFile(
  sizeBytes: number,
  pieces: ReadonlyArray<readonly [at: number, bytes: Buffer]>,
): Promise<string> {
  const path = join(folder, 'large.dcm');
  const file = await open(path, 'w');
  await file.truncate(sizeBytes);
  for (const [at, bytes] of pieces) await file.write(bytes, 0, bytes.length, at);
  await file.close();
  return path;
}

async function read(path: string): Promise<{ grownBytes: number; sopInstanceUid: string; jsonBytes: number }> {
  const words = ['--max-old-space-size=64', '--import', 'tsx', join(__dirname, 'support', 'read-and-measure.ts'), path];
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: ROOT });
  return JSON.parse(stdout) as { grownBytes: number; sopInstanceUid: string; jsonBytes: number };
}

describe('The memory that a file takes', () => {
  it('does not grow with its pixels', async () => {
    const pixelBytes = 2_000 * MEBIBYTE;
    const head = Buffer.concat([
      beginning(EXPLICIT_UID),
      ...leastElements(),
      element(PIXEL_DATA, 'OW', '', {}, pixelBytes),
    ]);
    const { grownBytes, sopInstanceUid } = await read(await sparseFile(head.length + pixelBytes, [[0, head]]));

    expect(sopInstanceUid).toBe(INSTANCE_UID);
    expect(grownBytes).toBeLessThan(GROWN_BYTES_MAX);
  });

  it('does not grow with its fragments', async () => {
    const fragmentBytes = 100 * MEBIBYTE;
    const head = Buffer.concat([
      beginning('1.2.840.10008.1.2.4.50'),
      ...leastElements(),
      element(PIXEL_DATA, 'OB', '', {}, UNDEFINED_LENGTH),
      element(ITEM, '', ''),
    ]);
    const item = element(ITEM, '', '', {}, fragmentBytes);
    const pieces = Array.from({ length: 12 }, (_, index): [number, Buffer] => [
      head.length + index * (item.length + fragmentBytes),
      item,
    ]);
    const end = head.length + pieces.length * (item.length + fragmentBytes);
    const path = await sparseFile(end + 8, [[0, head], ...pieces, [end, element(SEQUENCE_END, '', '')]]);

    expect((await read(path)).grownBytes).toBeLessThan(GROWN_BYTES_MAX);
  });

  it('does not grow with what it is inflated to', async () => {
    const pixelBytes = 600 * MEBIBYTE;
    const deflate = createDeflateRaw({ level: 1 });
    const parts: Buffer[] = [];
    deflate.on('data', (part: Buffer) => parts.push(part));
    deflate.write(Buffer.concat([...leastElements(), element(PIXEL_DATA, 'OW', '', {}, pixelBytes)]));
    const zeros = Buffer.alloc(20 * MEBIBYTE);
    for (let written = 0; written < pixelBytes; written += zeros.length) deflate.write(zeros);
    await new Promise<void>((resolve) => deflate.end(resolve));
    const bytes = Buffer.concat([beginning(DEFLATED_UID), ...parts]);

    expect((await read(await sparseFile(bytes.length, [[0, bytes]]))).grownBytes).toBeLessThan(GROWN_BYTES_MAX);
  });

  it('does not grow with Items that are empty, nor with attributes without number', async () => {
    const items = Buffer.alloc(200_000 * 8, element(ITEM, '', ''));
    const text = element(0x00091001, 'UT', 'x'.repeat(60_000));
    const bytes = Buffer.concat([
      beginning(EXPLICIT_UID),
      element(0x00081115, 'SQ', items),
      ...Array.from({ length: 2_000 }, (_, index) => {
        const other = Buffer.from(text);
        other.writeUInt16LE(0x1001 + index, 2);
        return other;
      }),
      ...leastElements(),
    ]);
    const { grownBytes, jsonBytes } = await read(await sparseFile(bytes.length, [[0, bytes]]));

    expect(grownBytes).toBeLessThan(GROWN_BYTES_MAX);
    expect(jsonBytes).toBeLessThan(8 * MEBIBYTE);
  });
});
