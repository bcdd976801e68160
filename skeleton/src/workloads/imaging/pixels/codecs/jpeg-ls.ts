import createCodec from '@cornerstonejs/codec-charls/decodewasmjs';
import { decodedFrame, requireRoom, requireSame } from './decoded';
import { type DecodedFrame, type DecodingRequest, fill } from './decoder';
import { jpegHeader } from './jpeg-header';
import { withCodec } from './wasm-codec';
import { PixelFault } from '../skip-reason';

const JPEG_LS = 0xf7;
const BY_COMPONENT = 0;

/** Decodes JPEG-LS, lossless and near-lossless (DICOM PS3.5, 8.2.3 and A.4.3). @throws PixelFault */
export async function decodeJpegLs({ frame, layout }: DecodingRequest): Promise<DecodedFrame> {
  const header = jpegHeader(await frame.head());
  if (header.frameMarker !== JPEG_LS) throw new PixelFault('codec_unsupported');
  requireSame(header, layout);
  const { rows, columns, components, precisionBits } = header;
  requireRoom(frame, { decodedBytes: rows * columns * components * (precisionBits > 8 ? 2 : 1), copies: 2 });
  return withCodec(
    'node_modules/@cornerstonejs/codec-charls/dist/charlswasm_decode.wasm',
    createCodec,
    async (codec) => {
      const decoder = new codec.JpegLSDecoder();
      await fill(decoder.getEncodedBuffer(frame.lengthBytes), frame);
      decoder.decode();
      const order = components > 1 && decoder.getInterleaveMode() === BY_COMPONENT ? 'planes' : 'pixels';
      return decodedFrame(decoder.getDecodedBuffer(), layout, { precisionBits, order });
    },
  );
}
