import { PixelFault } from '../skip-reason';

/** What a JPEG 2000 codestream says of itself (ITU-T T.800, Annex A). */
export interface Jpeg2000Header {
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  readonly precisionBits: number;
  /** How often the image can be halved without being decoded whole. */
  readonly decompositions: number;
  /** Whether a colour transform is undone by decoding. */
  readonly hasColourTransform: boolean;
  readonly tiles: number;
}

const START_OF_CODESTREAM = Buffer.from('ff4fff51', 'hex');
const CODING_STYLE = 0xff52;
const START_OF_TILE = 0xff90;
const EVERY_PIXEL = Buffer.from([1, 1]);
/** Where SIZ, which comes first, has its sizes, from the codestream's beginning (A.5.1). */
const SIZ = {
  length: 4,
  xSize: 8,
  ySize: 12,
  xOffset: 16,
  yOffset: 20,
  tileX: 24,
  tileY: 28,
  components: 40,
  depth: 42,
};

/**
 * Reads the main header up to its coding style.
 *
 * @param head the beginning of a codestream, or of a file of boxes around it (T.800, Annex I), which some systems write against DICOM.
 * @throws PixelFault `pixels_unreadable` where there is none, or where components have different sizes.
 */
export function jpeg2000Header(head: Buffer): Jpeg2000Header {
  const start = head.indexOf(START_OF_CODESTREAM);
  const stream = head.subarray(Math.max(start, 0));
  if (start < 0 || stream.length < SIZ.depth + 3) throw new PixelFault('pixels_unreadable');
  const [xSize, ySize, xOffset, yOffset, tileX, tileY] = [
    SIZ.xSize,
    SIZ.ySize,
    SIZ.xOffset,
    SIZ.yOffset,
    SIZ.tileX,
    SIZ.tileY,
  ].map((at) => stream.readUInt32BE(at)) as [number, number, number, number, number, number];
  const [columns, rows] = [xSize - xOffset, ySize - yOffset];
  if (columns <= 0 || rows <= 0 || tileX === 0 || tileY === 0) throw new PixelFault('pixels_unreadable');
  const components = stream.readUInt16BE(SIZ.components);
  for (let component = 0; component < components; component += 1) {
    // Of each: depth, and the distance of its samples across and down.
    const distances = stream.subarray(SIZ.depth + component * 3 + 1, SIZ.depth + component * 3 + 3);
    if (!distances.equals(EVERY_PIXEL)) throw new PixelFault('pixels_unreadable');
  }
  const { decompositions, hasColourTransform } = codingStyle(stream, SIZ.length + stream.readUInt16BE(SIZ.length));
  return {
    rows,
    columns,
    components,
    precisionBits: (stream.readUInt8(SIZ.depth) % 0x80) + 1,
    decompositions,
    hasColourTransform,
    tiles: Math.ceil(xSize / tileX) * Math.ceil(ySize / tileY),
  };
}

function codingStyle(stream: Buffer, start: number): Pick<Jpeg2000Header, 'decompositions' | 'hasColourTransform'> {
  for (let at = start; at + 14 <= stream.length; at += 2 + stream.readUInt16BE(at + 2)) {
    const marker = stream.readUInt16BE(at);
    if (marker === START_OF_TILE || marker < 0xff00) break;
    if (marker !== CODING_STYLE) continue;
    return { hasColourTransform: stream.readUInt8(at + 8) === 1, decompositions: stream.readUInt8(at + 9) };
  }
  throw new PixelFault('pixels_unreadable');
}
