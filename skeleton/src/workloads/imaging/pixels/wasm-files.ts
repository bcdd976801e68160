/**
 * WebAssembly that codecs are made of, relative to the repository's root. A bundle of a program that shows pixels has each of them beside
 * it, by its last name; a program that is run from its sources finds them in their packages.
 */
export const WASM_FILES = [
  'node_modules/@cornerstonejs/codec-charls/dist/charlswasm_decode.wasm',
  'node_modules/@cornerstonejs/codec-libjpeg-turbo-8bit/dist/libjpegturbowasm.wasm',
  'node_modules/@cornerstonejs/codec-openjpeg/dist/openjpegwasm_decode.wasm',
] as const;

export type WasmFile = (typeof WASM_FILES)[number];
