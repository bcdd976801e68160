import { DicomFault } from './dicom-fault';
import { implicitVr, tagName, vrsOf } from './dictionary';
import type { ForwardReader } from './forward-reader';

/** An element's tag and value representation. */
export interface ElementHead {
  /** Group and element as one number. */
  readonly tag: number;
  /** As the file has it; where its transfer syntax has none, the dictionary's. */
  readonly vr: string;
  /** What the standard's dictionary allows; empty for what it does not know. */
  readonly known: readonly string[];
}

/** Bytes of a value, or of a fragment of one. */
export interface ValueBytes {
  readonly lengthBytes: number;
  /** Their place in the file, as [start, end); `undefined` where it is deflated. */
  readonly range: { readonly start: number; readonly end: number } | undefined;
  /** In pieces of bounded size. Can be asked for again only where there is a range, and otherwise before the next event. */
  chunks(): AsyncIterable<Buffer>;
}

/** An element that is no sequence. */
export interface ValueElement extends ElementHead, ValueBytes {}

/**
 * What comes next in a data set. A sequence's Items, each with its elements, come between its `sequence` and its `sequence-end`; the
 * fragments of encapsulated pixel data, the table of offsets first, between `fragments` and `fragments-end`.
 */
export type DataSetEvent =
  | ({ readonly kind: 'value'; readonly element: ValueElement } & Notation)
  | { readonly kind: 'sequence' | 'fragments'; readonly head: ElementHead }
  | { readonly kind: 'fragment'; readonly fragment: ValueBytes }
  | { readonly kind: 'item' | 'item-end' | 'sequence-end' | 'fragments-end' };

/** How elements are written. */
export interface Notation {
  readonly explicitVr: boolean;
  readonly bigEndian: boolean;
}

/** Deeper than any device nests (PS3.3's deepest templates have about ten levels). */
const DEPTH_MAX = 64;

/**
 * Elements, Items, fragments, and their ends. An image of 20 000 frames, each described by its own attributes, has about two million; a file
 * of 2 GiB could have 270 million without values, and keep a program busy for an hour.
 */
const PARTS_MAX = 4_000_000;

/** Zeros that are looked at at once. */
const PADDING_PIECE_BYTES = 64 * 1024;

const UNDEFINED_LENGTH = 0xffffffff;
const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;

/** VRs whose length has 16 bits in explicit VR (DICOM PS3.5, Table 7.1-2); those of later editions have 32 (6.2). */
const SHORT_LENGTH: ReadonlySet<string> = new Set([
  ...['AE', 'AS', 'AT', 'CS', 'DA', 'DS', 'DT', 'FD', 'FL', 'IS', 'LO', 'LT'],
  ...['PN', 'SH', 'SL', 'SS', 'ST', 'TM', 'UI', 'UL', 'US'],
]);

/** What is within something of unknown VR and length is always written so (DICOM PS3.5, 6.2.2). */
const WITHIN_UNKNOWN: Notation = { explicitVr: false, bigEndian: false };

/** Something that has begun and not ended: the data set itself, a sequence, an Item, or fragments. */
interface Open {
  readonly kind: 'data-set' | 'sequence' | 'item' | 'fragments';
  readonly notation: Notation;
  /** Where it ends; `undefined` where a delimiter ends it. */
  readonly end: number | undefined;
  /** What nothing within it may pass. */
  readonly limit: number;
}

/**
 * Goes through a data set, element by element, from where the reader is to its end (DICOM PS3.5, section 7). Memory does not grow with it.
 *
 * @throws DicomFault where it is not built as it must be.
 */
export async function* dataSetEvents(reader: ForwardReader, notation: Notation): AsyncGenerator<DataSetEvent> {
  const limit = reader.end ?? Number.POSITIVE_INFINITY;
  const open: Open[] = [{ kind: 'data-set', notation, end: undefined, limit }];
  let parts = 0;
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    parts += 1;
    if (parts > PARTS_MAX) throw new DicomFault('too_many_elements', `at byte ${reader.position}`);
    if (top.kind === 'data-set' && (await reader.atEnd())) return;
    if (top.end !== undefined && reader.position >= top.end) {
      open.pop();
      yield { kind: top.kind === 'item' ? 'item-end' : 'sequence-end' };
      continue;
    }
    const place = reader.position;
    if (place >= top.limit && top.limit !== limit) {
      throw new DicomFault('length_invalid', `what is in a sequence or Item goes on behind its end, at byte ${place}`);
    }
    const tag = await readTag(reader, top.notation);
    if (tag === 0 && top.kind === 'data-set') {
      await skipPadding(reader, place);
      return;
    }
    if (top.kind === 'sequence' || top.kind === 'fragments') {
      const length = await readUint32(reader, top.notation);
      if (tag === SEQUENCE_END && top.end === undefined) {
        open.pop();
        yield { kind: top.kind === 'sequence' ? 'sequence-end' : 'fragments-end' };
      } else if (tag !== ITEM) {
        throw new DicomFault('length_invalid', `at byte ${place}, where an Item should begin, is ${tagName(tag)}`);
      } else if (top.kind === 'sequence') {
        open.push(opened('item', { reader, top, length, what: 'an Item' }));
        yield { kind: 'item' };
      } else {
        const fragment = valueBytes(reader, endOf(reader, top, length, 'a fragment'));
        yield { kind: 'fragment', fragment };
        await reader.skipTo(fragment.end);
      }
    } else if (tag === ITEM_END && top.kind === 'item' && top.end === undefined) {
      await readUint32(reader, top.notation);
      open.pop();
      yield { kind: 'item-end' };
    } else {
      yield* elementEvents({ reader, open, top, tag, place });
    }
  }
}

async function* elementEvents({
  reader,
  open,
  top,
  tag,
  place,
}: {
  readonly reader: ForwardReader;
  readonly open: Open[];
  readonly top: Open;
  readonly tag: number;
  readonly place: number;
}): AsyncGenerator<DataSetEvent> {
  if (tag === ITEM || tag === ITEM_END || tag === SEQUENCE_END) {
    throw new DicomFault('length_invalid', `${tagName(tag)} at byte ${place} begins or ends nothing`);
  }
  const { vr, length } = await readVrAndLength({ reader, notation: top.notation, tag, place });
  const head: ElementHead = { tag, vr, known: vrsOf(tag) };
  const what = tagName(tag);
  const isUndefined = length === UNDEFINED_LENGTH;
  if (vr === 'SQ' || (isUndefined && vr === 'UN')) {
    if (open.length >= DEPTH_MAX * 2) throw new DicomFault('nesting_too_deep', `${what} at byte ${place}`);
    const notation = vr === 'UN' ? WITHIN_UNKNOWN : top.notation;
    open.push(opened('sequence', { reader, top: { ...top, notation }, length, what }));
    yield { kind: 'sequence', head: { ...head, vr: 'SQ' } };
  } else if (isUndefined) {
    if (vr !== 'OB' && vr !== 'OW') {
      throw new DicomFault(
        'length_invalid',
        `${what} at byte ${place} has an undefined length, which its value representation cannot have`,
      );
    }
    open.push({ ...top, kind: 'fragments', end: undefined });
    yield { kind: 'fragments', head };
  } else {
    const value = valueBytes(reader, endOf(reader, top, length, what));
    yield { kind: 'value', element: { ...head, ...value }, ...top.notation };
    await reader.skipTo(value.end);
  }
}

function opened(
  kind: Open['kind'],
  {
    reader,
    top,
    length,
    what,
  }: { readonly reader: ForwardReader; readonly top: Open; readonly length: number; readonly what: string },
): Open {
  if (length === UNDEFINED_LENGTH) return { ...top, kind, end: undefined };
  const end = endOf(reader, top, length, what);
  return { ...top, kind, end, limit: end };
}

/** @throws DicomFault where it is beyond what it is in, or beyond the file. */
function endOf(reader: ForwardReader, { limit }: Open, lengthBytes: number, what: string): number {
  const end = reader.position + lengthBytes;
  if (reader.end !== undefined && end > reader.end) {
    throw new DicomFault(
      'truncated',
      `${what} at byte ${reader.position} is longer than the ${reader.end - reader.position} bytes that are left`,
    );
  }
  if (end > limit) {
    throw new DicomFault('length_invalid', `${what} at byte ${reader.position} is longer than what it is in`);
  }
  return end;
}

function valueBytes(reader: ForwardReader, end: number): ValueBytes & { readonly end: number } {
  const start = reader.position;
  return {
    lengthBytes: end - start,
    range: reader.isPlain ? { start, end } : undefined,
    chunks: () => reader.pieces(start, end),
    end,
  };
}

async function readVrAndLength({
  reader,
  notation,
  tag,
  place,
}: {
  readonly reader: ForwardReader;
  readonly notation: Notation;
  readonly tag: number;
  readonly place: number;
}): Promise<{ readonly vr: string; readonly length: number }> {
  if (!notation.explicitVr) return { vr: implicitVr(tag), length: await readUint32(reader, notation) };
  const bytes = await reader.read(4);
  const vr = bytes.toString('latin1', 0, 2);
  if (!/^[A-Z]{2}$/.test(vr)) throw new DicomFault('vr_invalid', `${tagName(tag)} at byte ${place}`);
  if (SHORT_LENGTH.has(vr)) return { vr, length: notation.bigEndian ? bytes.readUInt16BE(2) : bytes.readUInt16LE(2) };
  return { vr, length: await readUint32(reader, notation) };
}

/**
 * Some systems fill the last block of a file with zeros. (0000,0000), as which they could be read, is of commands and in no data set.
 *
 * @throws DicomFault where something follows them.
 */
async function skipPadding(reader: ForwardReader, place: number): Promise<void> {
  while (!(await reader.atEnd())) {
    const end = reader.position + PADDING_PIECE_BYTES;
    const pieceEnd = reader.end === undefined ? reader.position + 1 : Math.min(end, reader.end);
    const bytes = await reader.read(pieceEnd - reader.position);
    if (bytes.some((byte) => byte !== 0)) {
      throw new DicomFault('length_invalid', `at byte ${place}, where an element should begin, are zeros`);
    }
  }
}

async function readTag(reader: ForwardReader, { bigEndian }: Notation): Promise<number> {
  const bytes = await reader.read(4);
  const [group, element] = bigEndian
    ? [bytes.readUInt16BE(0), bytes.readUInt16BE(2)]
    : [bytes.readUInt16LE(0), bytes.readUInt16LE(2)];
  return group * 0x10000 + element;
}

async function readUint32(reader: ForwardReader, { bigEndian }: Notation): Promise<number> {
  const bytes = await reader.read(4);
  return bigEndian ? bytes.readUInt32BE(0) : bytes.readUInt32LE(0);
}
