import { readFileSync } from 'node:fs';
import createCodec from '@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs';

export interface DecodedPicture {
  readonly columns: number;
  readonly rows: number;
  readonly channels: number;
  /** Row by row, the samples of a pixel together. */
  readonly samples: Buffer;
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** What an image shows. @throws Error when it is no JPEG image. */
export async function pictureOf(jpeg: Buffer): Promise<DecodedPicture> {
  compiled ??= WebAssembly.compile(readFileSync(require.resolve('@cornerstonejs/codec-libjpeg-turbo-8bit/wasm')));
  const module = await compiled;
  const { JPEGDecoder } = await createCodec({
    instantiateWasm: (imports, whenReady) => {
      const instance = new WebAssembly.Instance(module, imports);
      whenReady(instance, module);
      return instance.exports;
    },
    print: () => undefined,
    printErr: () => undefined,
  });
  const decoder = new JPEGDecoder();
  decoder.getEncodedBuffer(jpeg.length).set(jpeg);
  decoder.decode();
  const { width, height, componentCount } = decoder.getFrameInfo();
  return { columns: width, rows: height, channels: componentCount, samples: Buffer.from(decoder.getDecodedBuffer()) };
}

/** Peak signal to noise ratio in decibels; infinite where both show the same. */
export function psnr(one: Uint8Array, other: Uint8Array): number {
  if (one.length !== other.length) throw new Error(`One has ${one.length} samples, the other ${other.length}.`);
  let squares = 0;
  one.forEach((sample, index) => (squares += (sample - (other[index] ?? 0)) ** 2));
  return 10 * Math.log10(255 ** 2 / (squares / one.length));
}
