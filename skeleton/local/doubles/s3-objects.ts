import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';

/** A part that is not the last has to be as large as this (Amazon S3 User Guide, "Amazon S3 multipart upload limits"). */
const PART_BYTES_MIN = 5 * 1024 * 1024;
const PART_NUMBER_MAX = 10_000;

/** An error as S3 answers it. */
export class S3Fault extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A range of a file, [start, end). */
interface Slice {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** Bytes that were kept, in files of their own. */
export interface KeptBytes {
  readonly slices: readonly Slice[];
  readonly sizeBytes: number;
  readonly etag: string;
  /** Base64 of CRC-32; of what was not read, as a range that was copied, nothing is known. */
  readonly checksum: string | undefined;
}

export interface StoredObject extends KeptBytes {
  readonly contentType: string;
  /** The key that its writer asked to have it encrypted by. */
  readonly keyArn: string;
  readonly modifiedAt: Date;
}

export interface NewObject {
  readonly contentType: string;
  readonly keyArn: string;
}

interface OpenUpload extends NewObject {
  readonly path: string;
  readonly parts: Map<number, KeptBytes>;
}

export interface NamedPart {
  readonly number: number;
  readonly etag: string;
}

/** Objects as files in one folder, by `bucket/key`. A file appears whole or not at all. */
export class S3Objects {
  private readonly objects = new Map<string, StoredObject>();
  private readonly uploads = new Map<string, OpenUpload>();

  constructor(private readonly folder: string) {}

  get paths(): string[] {
    return [...this.objects.keys()].sort();
  }

  /** Uploads in parts that are neither completed nor aborted. */
  get openUploadsCount(): number {
    return this.uploads.size;
  }

  find(path: string): StoredObject {
    const object = this.objects.get(path);
    if (object === undefined) throw new S3Fault(404, 'NoSuchKey', 'The specified key does not exist.');
    return object;
  }

  has(path: string): boolean {
    return this.objects.has(path);
  }

  async put(path: string, content: KeptBytes, kind: NewObject): Promise<StoredObject> {
    const before = this.objects.get(path);
    const object = { ...content, ...kind, modifiedAt: new Date() };
    this.objects.set(path, object);
    if (before !== undefined) await discard(before);
    return object;
  }

  async remove(path: string): Promise<void> {
    const object = this.objects.get(path);
    this.objects.delete(path);
    if (object !== undefined) await discard(object);
  }

  begin(path: string, kind: NewObject): string {
    const id = crypto.randomUUID();
    this.uploads.set(id, { path, ...kind, parts: new Map() });
    return id;
  }

  async addPart(id: string, path: string, number: number, content: KeptBytes): Promise<void> {
    const { parts } = this.upload(id, path);
    if (!Number.isInteger(number) || number < 1 || number > PART_NUMBER_MAX) {
      throw new S3Fault(400, 'InvalidArgument', `Part number must be an integer between 1 and ${PART_NUMBER_MAX}.`);
    }
    const before = parts.get(number);
    parts.set(number, content);
    if (before !== undefined) await discard(before);
  }

  async complete(id: string, path: string, named: readonly NamedPart[]): Promise<StoredObject> {
    const upload = this.upload(id, path);
    if (named.length === 0) throw new S3Fault(400, 'MalformedXML', 'An object has at least one part.');
    if (named.some(({ number }, index) => index > 0 && number <= (named[index - 1]?.number ?? 0))) {
      throw new S3Fault(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
    }
    const parts = named.map(({ number, etag }, index) => {
      const part = upload.parts.get(number);
      if (part?.etag !== etag) throw new S3Fault(400, 'InvalidPart', 'A part could not be found, or its ETag differs.');
      if (index < named.length - 1 && part.sizeBytes < PART_BYTES_MIN) {
        throw new S3Fault(400, 'EntityTooSmall', 'A part that is not the last is smaller than 5 MiB.');
      }
      return part;
    });
    this.uploads.delete(id);
    const left = [...upload.parts.values()].filter((part) => !parts.includes(part));
    await Promise.all(left.map(discard));
    const whole = {
      slices: parts.flatMap(({ slices }) => slices),
      sizeBytes: parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      etag: `"${crypto.randomUUID()}-${parts.length}"`,
      checksum: undefined,
    };
    return this.put(path, whole, upload);
  }

  async abort(id: string, path: string): Promise<void> {
    const upload = this.upload(id, path);
    this.uploads.delete(id);
    await Promise.all([...upload.parts.values()].map(discard));
  }

  /** Takes in a stream as a file. Whoever gets it has to put it somewhere, or to remove it. */
  async keep(content: Readable | AsyncIterable<Buffer>): Promise<KeptBytes> {
    const file = join(this.folder, crypto.randomUUID());
    const draft = `${file}.draft`;
    await mkdir(this.folder, { recursive: true });
    let sum = 0;
    const measure = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        sum = crc32(chunk, sum);
        done(null, chunk);
      },
    });
    try {
      await pipeline(content, measure, createWriteStream(draft, { mode: 0o600 }));
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    const { size } = await stat(file);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(sum);
    return {
      slices: [{ file, start: 0, end: size }],
      sizeBytes: size,
      etag: `"${bytes.toString('hex')}${size.toString(16)}"`,
      checksum: bytes.toString('base64'),
    };
  }

  /** Takes a range of an object, [start, end), without reading it. */
  async keepRange(object: StoredObject, start: number, end: number): Promise<KeptBytes> {
    const slices: Slice[] = [];
    for (const slice of within(object.slices, start, end)) {
      // The other object may go; its bytes stay for as long as a name leads to them.
      const file = join(this.folder, crypto.randomUUID());
      await link(slice.file, file);
      slices.push({ ...slice, file });
    }
    return { slices, sizeBytes: end - start, etag: `"${crypto.randomUUID()}"`, checksum: undefined };
  }

  private upload(id: string, path: string): OpenUpload {
    const upload = this.uploads.get(id);
    if (upload?.path === path) return upload;
    throw new S3Fault(404, 'NoSuchUpload', 'The specified multipart upload does not exist.');
  }
}

/** Bytes of an object, [start, end). */
export function readRange({ slices }: KeptBytes, start: number, end: number): Readable {
  return Readable.from(bytesOf(within(slices, start, end)), { objectMode: false });
}

export async function discard({ slices }: KeptBytes): Promise<void> {
  await Promise.all(slices.map(async ({ file }) => rm(file, { force: true })));
}

async function* bytesOf(slices: readonly Slice[]): AsyncIterable<Buffer> {
  for (const { file, start, end } of slices) {
    if (end > start) yield* createReadStream(file, { start, end: end - 1 }) as AsyncIterable<Buffer>;
  }
}

/** What of these slices, one after the other, lies in [start, end). */
function within(slices: readonly Slice[], start: number, end: number): Slice[] {
  let position = 0;
  return slices.flatMap((slice) => {
    const begin = position;
    position += slice.end - slice.start;
    const [from, to] = [Math.max(start, begin), Math.min(end, position)];
    if (from >= to) return [];
    return [{ file: slice.file, start: slice.start + from - begin, end: slice.start + to - begin }];
  });
}
