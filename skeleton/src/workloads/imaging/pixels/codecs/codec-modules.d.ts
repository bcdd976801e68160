/** What is used of packages that bring no types, and of WebAssembly, which Node's types leave to a browser's. Their C++ classes are bound by Emscripten; a C++ exception is thrown as a number. */

declare namespace WebAssembly {
  type Imports = Record<string, Record<string, unknown>>;
  type Exports = Record<string, unknown>;
  class Instance {
    constructor(module: Module, imports: Imports);
    readonly exports: Exports;
  }
  class Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class RuntimeError extends Error {}
  function compile(bytes: Uint8Array): Promise<Module>;
}

interface EmscriptenOptions {
  instantiateWasm(
    imports: WebAssembly.Imports,
    whenReady: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): WebAssembly.Exports;
  print(line: string): void;
  printErr(line: string): void;
}

interface CodecFrameInfo {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
  readonly isSigned: boolean;
}

interface CodecDecoder {
  /** Memory of the codec for what is to be decoded. */
  getEncodedBuffer(lengthBytes: number): Uint8Array;
  /** Memory of the codec with what was decoded. */
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): CodecFrameInfo;
  decode(): void;
}

declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  interface Decoder extends CodecDecoder {
    /** 0: each component by itself; 1: by lines; 2: by pixels. */
    getInterleaveMode(): number;
  }
  const create: (options: EmscriptenOptions) => Promise<{ readonly JpegLSDecoder: new () => Decoder }>;
  export default create;
}

declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  interface Decoder extends CodecDecoder {
    /** @param layer 0: all of them. */
    decodeSubResolution(level: number, layer: number): void;
    calculateSizeAtDecompositionLevel(level: number): { readonly width: number; readonly height: number };
  }
  const create: (options: EmscriptenOptions) => Promise<{ readonly J2KDecoder: new () => Decoder }>;
  export default create;
}

declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs' {
  interface Encoder {
    /** Memory of the codec for what is to be encoded. */
    getDecodedBuffer(frame: CodecFrameInfo): Uint8Array;
    getEncodedBuffer(): Uint8Array;
    /** @param quality of 1 to 100. */
    setQuality(quality: number): void;
    setProgressive(isProgressive: boolean): void;
    encode(): void;
  }
  const create: (options: EmscriptenOptions) => Promise<{
    readonly JPEGDecoder: new () => CodecDecoder;
    readonly JPEGEncoder: new () => Encoder;
  }>;
  export default create;
}

declare module 'jpeg-lossless-decoder-js' {
  export class Decoder {
    /** @param numBytes of a sample. */
    decode(buffer: ArrayBuffer, offset: number, length: number, numBytes: number): Uint8Array | Uint16Array;
  }
}
