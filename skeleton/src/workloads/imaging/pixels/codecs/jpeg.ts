import createCodec from '@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs';
import { decodedFrame, requireRoom, requireSame } from './decoded';
import { type DecodedFrame, type DecodingRequest, type EncodedFrame, fill } from './decoder';
import { type JpegHeader, jpegHeader } from './jpeg-header';
import { withCodec } from './wasm-codec';
import { PixelFault } from '../skip-reason';
import type { WasmFile } from '../wasm-files';

const WASM: WasmFile = 'node_modules/@cornerstonejs/codec-libjpeg-turbo-8bit/dist/libjpegturbowasm.wasm';
const BASELINE = 0xc0;
const EXTENDED = 0xc1;
/** An Adobe segment that says that colours are not transformed (ITU-T T.872, 6.5.3). */
const NOT_TRANSFORMED = Buffer.from('ffee000e41646f626500640000000000', 'hex');
const START_OF_IMAGE_BYTES = 2;

/**
 * Decodes JPEG of 8 bits, baseline and extended (DICOM PS3.5, 8.2.1 and A.4.1). Colours become RGB.
 *
 * @throws PixelFault `codec_unsupported` for 12 bits, for which there is no codec, and for processes that DICOM has retired.
 */
export async function decodeJpeg({ frame, layout }: DecodingRequest): Promise<DecodedFrame> {
  const header = jpegHeader(await frame.head());
  if (header.precisionBits !== 8 || ![BASELINE, EXTENDED].includes(header.frameMarker)) {
    throw new PixelFault('codec_unsupported');
  }
  requireSame(header, layout);
  const decodedBytes = header.rows * header.columns * header.components;
  requireRoom(frame, { decodedBytes, copies: 2 + coefficientCopies(header) });
  const bytes = await withCodec(WASM, createCodec, async ({ JPEGDecoder }) => {
    const decoder = new JPEGDecoder();
    if (layout.colours === 'rgb' && isTakenForYbr(header)) await fillUntransformed(decoder, frame);
    else await fill(decoder.getEncodedBuffer(frame.lengthBytes), frame);
    decoder.decode();
    return decoder.getDecodedBuffer();
  });
  const colours = layout.channels === 3 ? 'rgb' : layout.colours;
  return decodedFrame(bytes, layout, { precisionBits: 8, colours });
}

/** Where components come one after the other, those of a whole image are kept in 16 bits until all are there. */
function coefficientCopies({ components, scanComponents }: JpegHeader): number {
  return scanComponents < components ? 2 : 0;
}

/**
 * Three components are taken for YBR where nothing says that they are RGB. Of some files, attributes alone say it; they do so of YBR as well,
 * by mistake, which shows when its colours have fewer samples.
 */
function isTakenForYbr({ components, isSubsampled, hasAdobeSegment, hasJfifSegment }: JpegHeader): boolean {
  return components === 3 && !isSubsampled && !hasAdobeSegment && !hasJfifSegment;
}

async function fillUntransformed(decoder: { getEncodedBuffer(lengthBytes: number): Uint8Array }, frame: EncodedFrame) {
  const target = decoder.getEncodedBuffer(frame.lengthBytes + NOT_TRANSFORMED.length);
  await fill(target.subarray(NOT_TRANSFORMED.length), frame);
  target.copyWithin(0, NOT_TRANSFORMED.length, NOT_TRANSFORMED.length + START_OF_IMAGE_BYTES);
  target.set(NOT_TRANSFORMED, START_OF_IMAGE_BYTES);
}
