import type { EncodedFrame } from './codecs/decoder';
import { PixelFault } from './skip-reason';
import { topEvents } from './top-events';
import type { ByteSource } from '../dicom/byte-source';

const PIXEL_DATA = 0x7fe00010;
const EXTENDED_OFFSETS = 0x7fe00001;
/** Each takes 16 bytes of memory while the frame is looked for. */
const FRAGMENTS_MAX = 1_000_000;
const ITEM_HEAD_BYTES = 8;
/** Tags of items and of their end as they are written, little endian (PS3.5, A.4). */
const ITEM = 0xfeff00e0;
const END_OF_FRAGMENTS = 0xfeffdde0;
const HEAD_BYTES = 64 * 1024;
const PIECE_BYTES = 1024 * 1024;
/** A stream of the JPEG family begins with a marker of its own: SOI, or SOC of JPEG 2000. */
const STARTS = [0xffd8, 0xff4f];

interface Fragment {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds a frame among the fragments of encapsulated pixel data (DICOM PS3.5, A.4): by the table of offsets, which may be empty, by the
 * extended one, by there being as many fragments as frames, or by what streams begin with.
 *
 * @param frame from 0.
 * @throws PixelFault `pixels_unreadable` where it cannot be told where the frame lies.
 */
export async function encodedFrame(
  source: ByteSource,
  { frame, frames }: { readonly frame: number; readonly frames: number },
): Promise<EncodedFrame> {
  const own = await findFrame(source, { frame, frames });
  const lengthBytes = own.reduce((sum, { start, end }) => sum + end - start, 0);
  if (lengthBytes === 0) throw new PixelFault('pixels_unreadable');
  async function* pieces(pieceBytes: number): AsyncGenerator<Buffer> {
    for (const { start, end } of own) {
      for (let at = start; at < end; at += pieceBytes) yield source.read(at, Math.min(pieceBytes, end - at));
    }
  }
  return {
    lengthBytes,
    pieces: () => pieces(PIECE_BYTES),
    head: async () => {
      const head: Buffer[] = [];
      let headBytes = 0;
      for await (const piece of pieces(HEAD_BYTES)) {
        head.push(piece);
        headBytes += piece.length;
        if (headBytes >= HEAD_BYTES) break;
      }
      return Buffer.concat(head);
    },
  };
}

/** By a table alone where there is one that is right, so that the fragments of other frames need not be met. */
async function findFrame(
  source: ByteSource,
  { frame, frames }: { readonly frame: number; readonly frames: number },
): Promise<readonly Fragment[]> {
  let isWithin = false;
  let hasTable = false;
  let extended: readonly number[] = [];
  const fragments: Fragment[] = [];
  for await (const event of topEvents(source)) {
    if (event.kind === 'value' && event.element.tag === EXTENDED_OFFSETS) {
      extended = await readOffsets(source, event.element.range, { bytesEach: 8, frames });
    } else if (event.kind === 'fragments') {
      isWithin = event.head.tag === PIXEL_DATA;
    } else if (event.kind === 'fragment' && isWithin) {
      const { range } = event.fragment;
      if (range === undefined || fragments.length === FRAGMENTS_MAX) throw new PixelFault('pixels_unreadable');
      if (hasTable) {
        fragments.push(range);
        continue;
      }
      hasTable = true;
      const basic = await readOffsets(source, range, { bytesEach: 4, frames });
      const offsets = basic.length === 0 ? extended : basic;
      const own = frames === 1 ? undefined : await fragmentsAt(source, range.end, offsets.slice(frame, frame + 2));
      if (own !== undefined) return own;
    }
  }
  return fragmentsOf({ source, fragments, frame, frames });
}

/**
 * The fragments from a frame's offset to the next one's, or to the end of all.
 *
 * @param base where the first fragment's head lies.
 * @returns `undefined` where there is no offset, or no fragment begins there: some tables are wrong.
 */
async function fragmentsAt(
  source: ByteSource,
  base: number,
  [offset, next]: readonly number[],
): Promise<readonly Fragment[] | undefined> {
  if (offset === undefined || (next !== undefined && next <= offset)) return undefined;
  const own: Fragment[] = [];
  for (let at = base + offset; next === undefined || at < base + next;) {
    const head = await source.read(at, ITEM_HEAD_BYTES);
    if (head.length < ITEM_HEAD_BYTES) return undefined;
    const tag = head.readUInt32BE(0);
    if (tag === END_OF_FRAGMENTS && next === undefined) break;
    const start = at + ITEM_HEAD_BYTES;
    const end = start + head.readUInt32LE(4);
    if (tag !== ITEM || end > source.sizeBytes || own.length === FRAGMENTS_MAX) return undefined;
    own.push({ start, end });
    at = end;
  }
  const isWhole = next === undefined || own.at(-1)?.end === base + next;
  return isWhole && own.length > 0 ? own : undefined;
}

/** None where there are not as many as frames. */
async function readOffsets(
  source: ByteSource,
  range: Fragment | undefined,
  { bytesEach, frames }: { readonly bytesEach: 4 | 8; readonly frames: number },
): Promise<readonly number[]> {
  if (range === undefined || range.end - range.start !== frames * bytesEach || frames > FRAGMENTS_MAX) return [];
  const bytes = await source.read(range.start, range.end - range.start);
  return Array.from({ length: frames }, (_, index) =>
    bytesEach === 4 ? bytes.readUInt32LE(index * 4) : Number(bytes.readBigUInt64LE(index * 8)),
  );
}

async function fragmentsOf({
  source,
  fragments,
  frame,
  frames,
}: {
  readonly source: ByteSource;
  readonly fragments: readonly Fragment[];
  readonly frame: number;
  readonly frames: number;
}): Promise<readonly Fragment[]> {
  if (frames === 1) return fragments;
  if (fragments.length === frames) return fragments.slice(frame, frame + 1);
  const starts = await streamStarts(source, fragments);
  if (starts.length !== frames) throw new PixelFault('pixels_unreadable');
  return fragments.slice(starts[frame], starts[frame + 1]);
}

async function streamStarts(source: ByteSource, fragments: readonly Fragment[]): Promise<readonly number[]> {
  const starts: number[] = [];
  for (const [index, { start, end }] of fragments.entries()) {
    const first = await source.read(start, Math.min(2, end - start));
    if (first.length === 2 && STARTS.includes(first.readUInt16BE(0))) starts.push(index);
  }
  return starts;
}
