import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { isNativeError } from 'node:util/types';
import { PixelFault } from '../skip-reason';
import type { WasmFile } from '../wasm-files';

/** What a codec may take for one frame: its input, its output and what it needs in between. */
const MEMORY_BYTES_MAX = 112 * 1024 * 1024;
const PAGE_BYTES = 64 * 1024;

const ROOT = resolve(__dirname, '..', '..', '..', '..', '..');

const compiled = new Map<WasmFile, Promise<WebAssembly.Module>>();

/**
 * Runs one piece of work by a codec of its own, which is made for it and then forgotten. The memory of WebAssembly never shrinks, and
 * what a damaged frame does to it must not meet the next patient's; making one takes some ten milliseconds.
 *
 * @param create the package's factory.
 * @param work what it returns may refer to the codec's memory.
 * @throws PixelFault `frame_too_large` where the work needed more memory than it may have, otherwise `pixels_unreadable` for whatever the
 * codec throws.
 */
export async function withCodec<Codec, Result>(
  file: WasmFile,
  create: (options: EmscriptenOptions) => Promise<Codec>,
  work: (codec: Codec) => Promise<Result> | Result,
): Promise<Result> {
  const module = await moduleOf(file);
  let isShort = false;
  const codec = await create({
    instantiateWasm: (imports, whenReady) => {
      const instance = new WebAssembly.Instance(module, imports);
      limitMemory(instance, (isRefused) => {
        isShort = isRefused;
      });
      whenReady(instance, module);
      return instance.exports;
    },
    // They quote what they read.
    print: () => undefined,
    printErr: () => undefined,
  });
  try {
    return await work(codec);
  } catch (error) {
    if (isShort) throw new PixelFault('frame_too_large', { cause: error });
    if (isOfCodec(error)) throw new PixelFault('pixels_unreadable', { cause: error });
    throw error;
  }
}

/** C++ exceptions are thrown as numbers; a trap, a failed allocation and a call that Emscripten refuses are errors of these names. */
const CODEC_ERRORS: ReadonlySet<string> = new Set(['RuntimeError', 'RangeError', 'BindingError', 'InternalError']);

function isOfCodec(error: unknown): boolean {
  return !isNativeError(error) || CODEC_ERRORS.has(error.name);
}

async function moduleOf(file: WasmFile): Promise<WebAssembly.Module> {
  const known = compiled.get(file);
  if (known !== undefined) return known;
  const compiling = readFile(pathOf(file)).then(async (bytes) => WebAssembly.compile(bytes));
  compiled.set(file, compiling);
  // A disk that fails once does not do so for ever.
  compiling.catch(() => compiled.delete(file));
  return compiling;
}

function pathOf(file: WasmFile): string {
  const beside = join(__dirname, basename(file));
  return existsSync(beside) ? beside : join(ROOT, file);
}

/** @param told after each request for more memory. Emscripten asks for more than it needs, and for less when that is refused. */
function limitMemory(instance: WebAssembly.Instance, told: (isRefused: boolean) => void): void {
  for (const memory of Object.values(instance.exports)) {
    if (!(memory instanceof WebAssembly.Memory)) continue;
    const grow = memory.grow.bind(memory);
    memory.grow = (pages) => {
      const isRefused = memory.buffer.byteLength + pages * PAGE_BYTES > MEMORY_BYTES_MAX;
      told(isRefused);
      // Taken for memory that the system does not give.
      if (isRefused) throw new RangeError('The codec has all the memory that it may have');
      return grow(pages);
    };
  }
}
