import { Decoder } from 'jpeg-lossless-decoder-js';
import { decodedFrame, requireRoom, requireSame } from './decoded';
import { type DecodedFrame, type DecodingRequest, fill } from './decoder';
import { jpegHeader } from './jpeg-header';
import { PixelFault } from '../skip-reason';

const LOSSLESS = 0xc3;

/**
 * Decodes lossless JPEG, process 14 (DICOM PS3.5, 8.2.2 and A.4.2): grey of 2 to 16 bits, colours of 8.
 *
 * @throws PixelFault
 */
export async function decodeJpegLossless({ frame, layout }: DecodingRequest): Promise<DecodedFrame> {
  const header = jpegHeader(await frame.head());
  const { rows, columns, components, scanComponents, precisionBits } = header;
  const sampleBytes = precisionBits > 8 ? 2 : 1;
  const isDecodable = components === scanComponents && (components === 1 || sampleBytes === 1);
  if (header.frameMarker !== LOSSLESS || !isDecodable) throw new PixelFault('codec_unsupported');
  requireSame(header, layout);
  requireRoom(frame, { decodedBytes: rows * columns * components * sampleBytes, copies: 1 });
  const encoded = new Uint8Array(frame.lengthBytes);
  await fill(encoded, frame);
  const samples = decode(encoded, sampleBytes);
  return decodedFrame(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), layout, {
    precisionBits,
  });
}

/** @throws PixelFault `pixels_unreadable` for whatever the decoder throws, which does nothing but computing. */
function decode(encoded: Uint8Array<ArrayBuffer>, sampleBytes: number): Uint8Array | Uint16Array {
  try {
    return new Decoder().decode(encoded.buffer, 0, encoded.length, sampleBytes);
  } catch (cause) {
    throw new PixelFault('pixels_unreadable', { cause });
  }
}
