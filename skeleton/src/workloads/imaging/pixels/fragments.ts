import type { EncodedFrame } from './codecs/decoder';
import { PixelFault } from './skip-reason';
import { topEvents } from './top-events';
import type { ByteSource } from '../dicom/byte-source';

const PIXEL_DATA = 0x7fe00010;
const EXTENDED_OFFSETS = 0x7fe00001;
/** Each takes 16 bytes of memory while the frame is looked for. */
const FRAGMENTS_MAX = 1_000_000;
const ITEM_HEAD_BYTES = 8;
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
  const { fragments, offsets } = await readFragments(source, frames);
  const own = await fragmentsOf({ source, fragments, offsets, frame, frames });
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

/** Fragments behind the table of offsets, and where frames begin, counted from the first fragment's head. */
async function readFragments(
  source: ByteSource,
  frames: number,
): Promise<{ readonly fragments: readonly Fragment[]; readonly offsets: readonly number[] }> {
  let isWithin = false;
  let table: readonly number[] | undefined;
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
      if (table === undefined) table = await readOffsets(source, range, { bytesEach: 4, frames });
      else fragments.push(range);
    }
  }
  return { fragments, offsets: table === undefined || table.length === 0 ? extended : table };
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
  offsets,
  frame,
  frames,
}: {
  readonly source: ByteSource;
  readonly fragments: readonly Fragment[];
  readonly offsets: readonly number[];
  readonly frame: number;
  readonly frames: number;
}): Promise<readonly Fragment[]> {
  if (frames === 1) return fragments;
  const base = (fragments[0]?.start ?? 0) - ITEM_HEAD_BYTES;
  const begin = fragments.findIndex(({ start }) => start - ITEM_HEAD_BYTES - base === offsets[frame]);
  if (begin >= 0) {
    const next = offsets[frame + 1];
    const end =
      next === undefined
        ? fragments.length
        : fragments.findIndex(({ start }) => start - ITEM_HEAD_BYTES - base === next);
    if (end > begin) return fragments.slice(begin, end);
  }
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
