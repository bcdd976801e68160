import * as fc from 'fast-check';
import { isDicom, acceptsDicomJson, stowBoundary } from '../../../../src/workloads/imaging/upload/stow/media-type';
import { readMultipart } from '../../../../src/workloads/imaging/upload/stow/multipart';

interface TestPart {
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

/** The parts as a sender writes them (RFC 2046, 5.1). */
function write(parts: readonly TestPart[], boundary: string): Buffer {
  const delimited = parts.flatMap(({ contentType, body }) => [
    Buffer.from(`\r\n--${boundary}\r\n${contentType === undefined ? '' : `Content-Type: ${contentType}\r\n`}\r\n`),
    body,
  ]);
  return Buffer.concat([...delimited, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

/** A body as a network delivers it, in pieces. */
async function* pieces(body: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let position = 0;
  for (let turn = 0; position < body.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield body.subarray(position, position + size);
    position += size;
    await Promise.resolve();
  }
}

async function read(body: Buffer, boundary: string, sizes: readonly number[] = [7]): Promise<TestPart[]> {
  const parts: TestPart[] = [];
  for await (const part of readMultipart(pieces(body, sizes), boundary)) {
    const chunks: Buffer[] = [];
    for await (const chunk of part.body) chunks.push(chunk);
    parts.push({ contentType: part.contentType, body: Buffer.concat(chunks) });
  }
  return parts;
}

const BOUNDARY = 'b0undary';
/** Bodies full of what looks like a delimiter. */
const nearDelimiter = fc
  .array(fc.constantFrom('\r\n', '\r\n-', '\r\n--', '\r\n--b0undar', '--b0undary', '\r', '\n', '-', '\0', 'x'), {
    maxLength: 12,
  })
  .map((texts) => Buffer.from(texts.join('')))
  .filter((body) => !Buffer.concat([Buffer.from('\r\n'), body, Buffer.from('\r\n')]).includes(`\r\n--${BOUNDARY}`));
const anyBody = fc
  .uint8Array({ maxLength: 400 })
  .map((bytes) => Buffer.from(bytes))
  .filter((body) => !body.includes(`--${BOUNDARY}`));
const anyPart = fc.record({
  contentType: fc.constantFrom(
    undefined,
    'application/dicom',
    'application/dicom; transfer-syntax=1.2.840.10008.1.2.1',
    'text/plain',
  ),
  body: fc.oneof(nearDelimiter, anyBody),
});

test('parts come out as they went in, however the network cuts them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyPart, { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
      async (parts, sizes) => {
        expect(await read(write(parts, BOUNDARY), BOUNDARY, sizes)).toEqual(parts);
      },
    ),
    { numRuns: 300 },
  );
});

test('a part whose body nobody reads is passed over', async () => {
  const parts = ['first', 'second', 'third'].map((text) => ({ contentType: text, body: Buffer.alloc(500, text) }));
  const types: Array<string | undefined> = [];
  for await (const part of readMultipart(pieces(write(parts, BOUNDARY), [16]), BOUNDARY)) {
    types.push(part.contentType);
    if (part.contentType === 'second') for await (const chunk of part.body) if (chunk.length > 0) break;
  }
  expect(types).toEqual(['first', 'second', 'third']);
});

test('what stands around the parts is passed over, blanks after a boundary too', async () => {
  const body = Buffer.from(
    `preamble\r\n--${BOUNDARY} \t \r\n\r\nbody\r\n--${BOUNDARY}--\r\nepilogue\r\n--${BOUNDARY}\r\n`,
  );
  expect(await read(body, BOUNDARY)).toEqual([{ contentType: undefined, body: Buffer.from('body') }]);
});

test('a body that ends before its last boundary is refused wherever it ends', async () => {
  const whole = write([{ contentType: 'application/dicom', body: Buffer.from('DICM') }], BOUNDARY);
  const end = whole.lastIndexOf('--') + 2;
  for (let length = 0; length < end; length += 1) {
    await expect(read(whole.subarray(0, length), BOUNDARY)).rejects.toMatchObject({
      status: 400,
      code: 'multipart_invalid',
    });
  }
  expect(await read(whole.subarray(0, end), BOUNDARY)).toHaveLength(1);
});

test.each([
  ['text after a boundary', `--${BOUNDARY}x\r\n\r\n--${BOUNDARY}--`, BOUNDARY],
  ['headers without end', `--${BOUNDARY}\r\n${'X: y\r\n'.repeat(5_000)}`, BOUNDARY],
  ['blanks without end', `--${BOUNDARY}${' '.repeat(20_000)}\r\n`, BOUNDARY],
  ['an empty boundary', '----', ''],
  ['a boundary that is too long', '', 'b'.repeat(71)],
  ['a boundary with a line break', '', 'a\r\nb'],
])('%s is refused', async (_, body, boundary) => {
  await expect(read(Buffer.from(body), boundary)).rejects.toMatchObject({ status: 400, code: 'multipart_invalid' });
});

test('bytes that are no multipart body are refused, whatever they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      await expect(read(Buffer.from(bytes), BOUNDARY)).rejects.toMatchObject({ code: 'multipart_invalid' });
    }),
  );
});

test('memory holds a chunk of a large part, not the part', async () => {
  const chunk = Buffer.alloc(64 * 1024, 7);
  let most = 0;
  async function* source(): AsyncGenerator<Buffer> {
    yield Buffer.from(`--${BOUNDARY}\r\n\r\n`);
    for (let sent = 0; sent < 200; sent += 1) {
      await Promise.resolve();
      yield chunk;
    }
    yield Buffer.from(`\r\n--${BOUNDARY}--`);
  }
  let total = 0;
  for await (const { body } of readMultipart(source(), BOUNDARY)) {
    for await (const piece of body) {
      total += piece.length;
      most = Math.max(most, piece.length);
    }
  }
  expect(total).toBe(200 * chunk.length);
  expect(most).toBeLessThanOrEqual(chunk.length + 64);
});

test.each([
  ['multipart/related; type="application/dicom"; boundary=abc', 'abc'],
  ['Multipart/Related; boundary="a b"; type=application/dicom', 'a b'],
  ['multipart/related; TYPE="APPLICATION/DICOM"; Boundary=abc', 'abc'],
])('the boundary of %s is %s', (contentType, boundary) => {
  expect(stowBoundary(contentType)).toBe(boundary);
});

test.each([
  [undefined, 415],
  ['', 415],
  ['nonsense', 415],
  ['application/dicom', 415],
  ['multipart/form-data; boundary=abc', 415],
  ['multipart/related; boundary=abc', 415],
  ['multipart/related; type="application/dicom+json"; boundary=abc', 415],
  ['multipart/related; type="application/dicom"', 400],
])('Content-Type %s is answered %d', (contentType, status) => {
  expect(() => stowBoundary(contentType)).toThrow(expect.objectContaining({ status }));
});

test('an instance is told by the type of its part, and an answer by what is accepted', () => {
  expect(['application/dicom', 'Application/DICOM; transfer-syntax=*', 'text/plain', undefined].map(isDicom)).toEqual([
    true,
    true,
    false,
    false,
  ]);
  const accepted = [undefined, '', '*/*', 'application/dicom+json', 'text/html, application/json;q=0.5'];
  expect(accepted.map(acceptsDicomJson)).toEqual(accepted.map(() => true));
  const refused = ['application/dicom+xml', 'application/dicom+json;q=0', 'nonsense'];
  expect(refused.map(acceptsDicomJson)).toEqual(refused.map(() => false));
});
