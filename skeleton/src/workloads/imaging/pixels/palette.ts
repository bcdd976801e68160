import { PixelFault } from './skip-reason';
import { topEvents } from './top-events';
import type { ByteSource } from '../dicom/byte-source';

/** Colours by number (DICOM PS3.3, C.7.6.3.1.5 and C.7.6.3.1.6). */
export interface Palette {
  /** The number of the first colour: lower numbers have it too, and higher ones than the last have the last. */
  readonly first: number;
  /** Red, green and blue of each, 0 to 255. */
  readonly colours: Uint8Array;
}

const DESCRIPTORS = [0x00281101, 0x00281102, 0x00281103];
const DATA = [0x00281201, 0x00281202, 0x00281203];
/** At most 65 536 entries of 2 bytes. */
const DATA_BYTES_MAX = 2 * 65_536;
const DESCRIPTOR_BYTES = 6;

/**
 * Reads the palette of a file, whose data is too long for its DICOM JSON.
 *
 * @param isSigned whether pixels are, and the first number with them.
 * @throws PixelFault `palette_missing` where there is none, or one in segments (C.7.9.2).
 */
export async function readPalette(source: ByteSource, isSigned: boolean): Promise<Palette> {
  const values = await readTables(source);
  const tables = DESCRIPTORS.map((tag, channel) => {
    const descriptor = values.get(tag);
    const data = values.get(DATA[channel] ?? 0);
    if (descriptor === undefined || data === undefined || descriptor.length < DESCRIPTOR_BYTES) {
      throw new PixelFault('palette_missing');
    }
    const count = descriptor.readUInt16LE(0) || 65_536;
    const first = isSigned ? descriptor.readInt16LE(2) : descriptor.readUInt16LE(2);
    return { first, entries: entriesOf(data, count, descriptor.readUInt16LE(4)) };
  });
  const [red] = tables;
  if (red === undefined || tables.some(({ entries }) => entries.length !== red.entries.length)) {
    throw new PixelFault('palette_missing');
  }
  const colours = new Uint8Array(red.entries.length * 3);
  tables.forEach(({ entries }, channel) => {
    entries.forEach((value, index) => (colours[index * 3 + channel] = value));
  });
  return { first: red.first, colours };
}

/** Little endian, whatever the file is. */
async function readTables(source: ByteSource): Promise<ReadonlyMap<number, Buffer>> {
  const values = new Map<number, Buffer>();
  for await (const event of topEvents(source)) {
    // Elements come in the order of their tags: behind pixels, which may be in very many pieces, there is no palette.
    if (event.kind === 'fragments') break;
    if (event.kind !== 'value') continue;
    const { tag, lengthBytes, vr } = event.element;
    if (!(DESCRIPTORS.includes(tag) || DATA.includes(tag)) || lengthBytes > DATA_BYTES_MAX) continue;
    const chunks: Buffer[] = [];
    for await (const chunk of event.element.chunks()) chunks.push(chunk);
    const value = Buffer.concat(chunks);
    const hasWords = vr !== 'OB' && vr !== 'UN';
    values.set(tag, event.bigEndian && hasWords && value.length % 2 === 0 ? value.swap16() : value);
  }
  return values;
}

/** Entries of 8 bits lie in pairs in words; some systems give each a word of its own (a mistake that is read). Of 16 bits the higher 8 are shown. */
function entriesOf(data: Buffer, count: number, bits: number): Uint8Array {
  const isWide = bits === 16 || data.length >= count * 2;
  if (data.length < count * (isWide ? 2 : 1)) throw new PixelFault('palette_missing');
  // Some say 16 bits and fill 8 of them.
  const shift = bits === 16 && hasHighBytes(data, count) ? 1 : 0;
  return Uint8Array.from({ length: count }, (_, index) => data[isWide ? index * 2 + shift : index] ?? 0);
}

function hasHighBytes(data: Buffer, count: number): boolean {
  for (let index = 0; index < count; index += 1) if (data[index * 2 + 1] !== 0) return true;
  return false;
}
