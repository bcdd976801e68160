import createCodec from '@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs';
import { withCodec } from './wasm-codec';
import type { WasmFile } from '../wasm-files';

const WASM: WasmFile = 'node_modules/@cornerstonejs/codec-libjpeg-turbo-8bit/dist/libjpegturbowasm.wasm';
/** Side of what is compressed at once, since colours are not subsampled (ITU-T T.81, A.2.3). */
const BLOCK_PX = 8;
/** The encoder keeps the bits of a sample in one byte, and takes whole bytes. */
const BITS_PER_SAMPLE_MAX = 248;
const BASELINE_FRAME = 0xc0;
const START_OF_IMAGE_BYTES = 2;

/** Rows of one or three samples of 8 bits: brightness, or red, green and blue. */
export interface Picture {
  readonly columns: number;
  readonly rows: number;
  readonly channels: 1 | 3;
  readonly samples: Uint8Array;
}

/**
 * Compresses a picture as JPEG of 8 bits, baseline.
 *
 * @param quality of 1 to 100.
 */
export async function encodeJpeg(picture: Picture, quality: number): Promise<Buffer> {
  // Of tiny pictures the samples, however many bits they are told to have, give less memory than the image takes.
  if (bitsPerSample(picture) <= BITS_PER_SAMPLE_MAX) return encode(picture, quality);
  const whole = repeatEdges(picture);
  return cropped(await encode(whole, quality), picture);
}

async function encode(picture: Picture, quality: number): Promise<Buffer> {
  const { columns, rows, channels, samples } = picture;
  return withCodec(WASM, createCodec, ({ JPEGEncoder }) => {
    const encoder = new JPEGEncoder();
    const frame = {
      width: columns,
      height: rows,
      bitsPerSample: Math.min(BITS_PER_SAMPLE_MAX, bitsPerSample(picture)),
      componentCount: channels,
      isSigned: false,
    };
    encoder.getDecodedBuffer(frame).set(samples);
    encoder.setProgressive(false);
    encoder.setQuality(quality);
    encoder.encode();
    return Buffer.from(encoder.getEncodedBuffer());
  });
}

/**
 * The encoder writes into as much memory as samples take, and beyond it without noticing when the image takes more, as small ones do for
 * their headers. Samples are of 8 bits whatever it is told, so it is told of so many bits that there is memory enough: what an image may
 * take when nothing in it can be compressed (libjpeg-turbo, `tjBufSize`).
 */
function bitsPerSample({ columns, rows, channels, samples }: Picture): number {
  const encodedBytesMax = toBlocks(columns) * toBlocks(rows) * 2 * channels + 2_048;
  return 8 * Math.ceil(encodedBytesMax / samples.length);
}

function toBlocks(px: number): number {
  return Math.ceil(px / BLOCK_PX) * BLOCK_PX;
}

/**
 * Fills a picture up to whole blocks with its last columns and rows, as the encoder does by itself. One block of brightness has 64 samples,
 * so 1 984 bytes: its headers take 331 and the block 416 at most.
 */
function repeatEdges({ columns, rows, channels, samples }: Picture): Picture {
  const whole = { columns: toBlocks(columns), rows: toBlocks(rows), channels };
  const filled = new Uint8Array(whole.columns * whole.rows * channels);
  for (let row = 0; row < whole.rows; row += 1) {
    for (let column = 0; column < whole.columns; column += 1) {
      const from = (Math.min(row, rows - 1) * columns + Math.min(column, columns - 1)) * channels;
      filled.set(samples.subarray(from, from + channels), (row * whole.columns + column) * channels);
    }
  }
  return { ...whole, samples: filled };
}

/** Says in the frame's header that only the first columns and rows are shown: there are as many blocks of them. */
function cropped(jpeg: Buffer, { columns, rows }: Picture): Buffer {
  let at = START_OF_IMAGE_BYTES;
  while (jpeg.readUInt8(at + 1) !== BASELINE_FRAME) at += 2 + jpeg.readUInt16BE(at + 2);
  jpeg.writeUInt16BE(rows, at + 5);
  jpeg.writeUInt16BE(columns, at + 7);
  return jpeg;
}
