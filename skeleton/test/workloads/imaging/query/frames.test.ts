import { ObjectDouble } from './object-double';
import { HOSPITAL, OTHER_HOSPITAL, QueryFixture } from './query-fixture';
import { bufferSource } from '../../../../src/workloads/imaging/dicom/byte-source';
import { readMetadata } from '../../../../src/workloads/imaging/dicom/metadata';
import { encodeJpeg } from '../../../../src/workloads/imaging/pixels/codecs/jpeg-encoder';
import { ImageObjects } from '../../../../src/workloads/imaging/query/retrieve/image-objects';
import { imageFile, words } from '../pixels/support/image-file';
import { pictureOf } from '../pixels/support/picture';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

const EXPLICIT = '1.2.840.10008.1.2.1';
const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';
const JPEG_LOSSLESS = '1.2.840.10008.1.2.4.70';
const MPEG = '1.2.840.10008.1.2.4.102';
const BIG_ENDIAN = '1.2.840.10008.1.2.2';
const [COLUMNS, ROWS] = [64, 32];
const LEVELS = [40, 120, 200];
const pathOf = (study: string) => `/studies/${study}/series/${study}.1/instances/${study}.1.1`;
const [NATIVE, ENCODED, NO_TABLE, VIDEO, LARGE, BIG] = ['1.2.1', '1.2.2', '1.2.3', '1.2.4', '1.2.5', '1.2.6'].map(
  pathOf,
);

let query: QueryFixture;
let objects: ObjectDouble;
let frames: readonly Buffer[];
beforeAll(async () => {
  query = await QueryFixture.start();
  objects = new ObjectDouble();
  frames = await Promise.all(LEVELS.map(async (level) => evenJpeg(level)));
  const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = frames;
  const table = Buffer.concat([0, first.length + 8, first.length + second.length + 16].map(long));
  const size = { rows: ROWS, columns: COLUMNS, frames: 3 };
  const native = Buffer.concat(LEVELS.map((level) => Buffer.alloc(COLUMNS * ROWS, level)));
  await store('1.2.1', EXPLICIT, imageFile({ ...size, pixels: native }));
  const encoded = { ...size, transferSyntaxUid: JPEG_BASELINE };
  await store('1.2.2', JPEG_BASELINE, imageFile({ ...encoded, pixels: [table, ...frames] }));
  await store('1.2.3', JPEG_BASELINE, imageFile({ ...encoded, pixels: [Buffer.alloc(0), ...frames] }));
  await store('1.2.4', MPEG, imageFile({ ...size, transferSyntaxUid: MPEG, pixels: [Buffer.alloc(0), first] }));
  const large = { rows: 4096, columns: 4096, transferSyntaxUid: JPEG_LOSSLESS, pixels: [Buffer.alloc(0), first] };
  await store('1.2.5', JPEG_LOSSLESS, imageFile(large));
  const words16 = { rows: 1, columns: 2, bitsAllocated: 16, pixels: words([1, 2]) };
  await store('1.2.6', BIG_ENDIAN, imageFile(words16));
  await query.use({ objects: new ImageObjects(objects.client, 'scans-test') });
});
afterAll(async () => query.stop());
beforeEach(async () => {
  await query.forgetAudit();
  objects.read.length = 0;
  objects.takenBytes = 0;
});

async function store(studyUid: string, transferSyntaxUid: string, original: Buffer): Promise<void> {
  const metadata = (await readMetadata(bufferSource(original))).json;
  const instance = { sopInstanceUid: `${studyUid}.1.1`, studyUid, transferSyntaxUid, original, metadata };
  const [stored] = await query.store(instance);
  objects.objects.set(`originals/${stored?.hospitalId}/${stored?.instanceId}/${stored?.sha256}.dcm`, original);
}

/** Of an even length, as fragments are. */
async function evenJpeg(level: number): Promise<Buffer> {
  const samples = new Uint8Array(COLUMNS * ROWS).fill(level);
  const jpeg = await encodeJpeg({ columns: COLUMNS, rows: ROWS, channels: 1, samples }, 90);
  return jpeg.length % 2 === 0 ? jpeg : Buffer.concat([jpeg, Buffer.alloc(1)]);
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

describe('a rendered frame', () => {
  test.each([
    ['uncompressed pixels', NATIVE],
    ['fragments with a table', ENCODED],
    ['fragments without one', NO_TABLE],
  ])('is the one that was asked for, of %s', async (_what, path) => {
    for (const [index, level] of LEVELS.entries()) {
      const answer = await query.get(`${path}/frames/${index + 1}/rendered?window=127.5,256,linear`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
      const picture = await pictureOf(answer.bytes);
      expect([picture.columns, picture.rows, picture.channels]).toEqual([COLUMNS, ROWS, 1]);
      expect(Math.abs((picture.samples[0] ?? 0) - level)).toBeLessThan(4);
    }
  });

  test('is black and white by the window', async () => {
    const of = async (frame: number) =>
      (await pictureOf((await query.get(`${NATIVE}/frames/${frame}/rendered?window=120,20,linear-exact`)).bytes))
        .samples[0];
    expect([await of(1), await of(3)]).toEqual([0, 255]);
  });

  test.each([
    [`${NATIVE}/frames/1/rendered?viewport=16,16`, 16, 8],
    [`${NATIVE}/frames/1/rendered?viewport=999,4`, 8, 4],
    [`${NATIVE}/frames/1/thumbnail?viewport=32,32`, 32, 16],
    [`${ENCODED}/rendered?viewport=32,999&quality=10`, 32, 16],
  ])('fits into the viewport of %s', async (path, columns, rows) => {
    const { bytes } = await query.get(path);
    expect(await pictureOf(bytes)).toMatchObject({ columns, rows });
  });

  test.each([
    ['viewport=16', 400, 'width and height'],
    ['viewport=16,0', 400, 'width and height'],
    ['viewport=16,16,0,0,8,8', 400, 'a region of the image is not offered'],
    ['window=1,0,linear', 400, 'such as 40,400,linear'],
    ['window=1,10,sigmoid', 400, 'linear or linear-exact'],
    ['quality=101', 400, 'a whole number from 1 to 100'],
    ['quality=1&quality=2', 400, 'it once'],
    ['annotation=patient', 406, 'viewport, window, quality'],
    ['zoom=2', 400, 'viewport'],
  ])('by ?%s is refused by %i', async (parameters, status, legal) => {
    const answer = await query.get(`${NATIVE}/frames/1/rendered?${parameters}`);
    expect([answer.status, answer.json]).toMatchObject([status, { detail: expect.stringContaining(legal) }]);
    expect(objects.read).toEqual([]);
  });

  test.each([
    [`${NATIVE}/frames/4/rendered`, 404, '3 frames'],
    [`${NATIVE}/frames/0/rendered`, 400, 'numbers from 1'],
    [`${NATIVE}/frames/1,2/rendered`, 400, 'one frame'],
    [`${NATIVE}/frames/x`, 400, 'numbers from 1'],
    [`${VIDEO}/frames/1/rendered`, 406, 'codec_unsupported'],
    [`${VIDEO}/frames/1`, 406, MPEG],
    [`${BIG}/frames/1`, 406, BIG_ENDIAN],
    [`${LARGE}/frames/1/rendered`, 422, 'frame_too_large'],
  ])('%s is refused by %i with the reason, before anything is read', async (path, status, reason) => {
    const answer = await query.get(path ?? '');
    expect([answer.status, answer.json]).toMatchObject([status, { detail: expect.stringContaining(reason) }]);
    expect(objects.read).toEqual([]);
  });
});

describe('the bytes of frames', () => {
  test.each([
    [NATIVE, 'application/octet-stream', EXPLICIT, (index: number) => Buffer.alloc(COLUMNS * ROWS, LEVELS[index])],
    [ENCODED, 'image/jpeg', JPEG_BASELINE, (index: number) => frames[index] ?? Buffer.alloc(0)],
    [NO_TABLE, 'image/jpeg', JPEG_BASELINE, (index: number) => frames[index] ?? Buffer.alloc(0)],
  ])('of %s are answered as %s, as they are stored', async (path, type, syntax, frameOf) => {
    const { status, headers, bytes } = await query.get(`${path}/frames/3,1`, {
      headers: { Accept: `multipart/related; type="${type}"; transfer-syntax=${syntax}` },
    });
    const [, boundary = ''] =
      /^multipart\/related; type="[^"]+"; boundary=(\w+)$/.exec(headers.get('content-type') ?? '') ?? [];
    expect(status).toBe(200);
    const parts = bytes.toString('latin1').split(`--${boundary}`).slice(1, -1);
    expect(parts).toHaveLength(2);
    for (const [position, index] of [2, 0].entries()) {
      const part = parts[position] ?? '';
      expect(part).toContain(`\r\nContent-Type: ${type}; transfer-syntax=${syntax}\r\n`);
      expect(part).toContain(`/frames/${index + 1}\r\n`);
      expect(part.slice(part.indexOf('\r\n\r\n') + 4, -2)).toBe(frameOf(index).toString('latin1'));
    }
  });

  test.each([
    [ENCODED, 'multipart/related; type="application/octet-stream"', JPEG_BASELINE],
    [NATIVE, 'multipart/related; type="image/jpeg"', EXPLICIT],
    [NATIVE, 'image/jpeg', 'application/octet-stream'],
  ])('of %s as %s are refused with what there is', async (path, Accept, legal) => {
    const { status, json } = await query.get(`${path}/frames/1`, { headers: { Accept } });
    expect([status, json]).toMatchObject([406, { detail: expect.stringContaining(legal) }]);
  });
});

test('frames are on record, and another hospital’s are not found', async () => {
  expect((await query.get(`${NATIVE}/frames/1`)).status).toBe(200);
  expect((await query.get(`${NATIVE}/frames/1/rendered`, {}, OTHER_HOSPITAL)).status).toBe(404);
  expect(await query.audit()).toMatchObject([
    { principal: HOSPITAL, resource_type: 'Instance', resource_id: '1.2.1.1.1', outcome: 'success' },
    { principal: OTHER_HOSPITAL, resource_id: '1.2.1.1.1', outcome: 'refused', status: 404 },
  ]);
});
