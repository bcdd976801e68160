import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';

export interface PartOptions {
  readonly source: Readable;
  readonly file: FileHandle;
  /** Where the first byte goes. */
  readonly offsetBytes: number;
  /** Hears every byte that was taken. */
  readonly hash: Hash | undefined;
  /** Ends the part: what came until then counts. */
  readonly signal: AbortSignal | undefined;
}

export interface WrittenPart {
  readonly bytes: number;
  /** Why the source ended before its time; what came before that is written. */
  readonly fault: unknown;
}

/** Why a part was ended from outside: its lock was lost, or somebody else waits for it. */
export class PartEnded extends Error {
  override readonly name = 'PartEnded';

  constructor() {
    super('the part was ended from outside');
  }
}

/** TLS brings 16 KiB at a time; written one by one, they cost more than they hold. */
const BLOCK_BYTES = 1024 * 1024;

/**
 * Writes a stream into a file from an offset on, and synchronizes it. While a block is written, the next one arrives; then the
 * stream waits, so that memory holds two blocks whatever the disk does.
 *
 * @throws Node's error when the file cannot be written.
 */
export async function writePart({ source, file, offsetBytes, hash, signal }: PartOptions): Promise<WrittenPart> {
  const blocks = new BlockWriter(file, offsetBytes);
  let fault: unknown;
  try {
    for await (const chunk of signal === undefined ? bytesOf(source) : untilEnded(source, signal)) {
      hash?.update(chunk);
      await blocks.add(chunk);
    }
  } catch (error) {
    if (blocks.fault !== undefined) throw blocks.fault;
    fault = error;
  }
  return { bytes: await blocks.finish(), fault };
}

/** Leaves the stream as it is where it is left early: on a request's connection its answer is still to be sent. */
function bytesOf(source: Readable): AsyncIterableIterator<Buffer> {
  return source.iterator({ destroyOnReturn: false });
}

/** @throws PartEnded once the signal is given, whether anything arrives or not. */
async function* untilEnded(source: Readable, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  const chunks = bytesOf(source);
  const ended = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  try {
    for (;;) {
      const next = await Promise.race([chunks.next(), ended]);
      if (next === undefined) throw new PartEnded();
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Waits for what was asked for last, which may never come.
    chunks.return?.().catch(() => undefined);
  }
}

/**
 * Gathers chunks and writes them without copying, one block behind what arrives. What is written is synchronized while more arrives,
 * so that little of it is left to wait for in the end.
 */
class BlockWriter {
  /** Why the file could not be written. */
  fault: Error | undefined;
  private gathered: Buffer[] = [];
  private gatheredBytes = 0;
  private position: number;
  private writing: Promise<void> = Promise.resolve();
  private synchronizing: Promise<void> | undefined;
  private isFinishing = false;

  constructor(
    private readonly file: FileHandle,
    private readonly startBytes: number,
  ) {
    this.position = startBytes;
  }

  async add(chunk: Buffer): Promise<void> {
    this.gathered.push(chunk);
    this.gatheredBytes += chunk.length;
    if (this.gatheredBytes >= BLOCK_BYTES) await this.flush();
  }

  /** @returns bytes that are written and synchronized. */
  async finish(): Promise<number> {
    await this.settled();
    this.isFinishing = true;
    await this.flush();
    await this.settled();
    // Not after the one that may be under way, which tells of its own failure.
    await Promise.all([this.synchronizing, this.synchronize()]);
    await this.settled();
    return this.position - this.startBytes;
  }

  /** Waits for the block before, and begins to write this one. */
  private async flush(): Promise<void> {
    await this.settled();
    const [chunks, at] = [this.gathered, this.position];
    this.position += this.gatheredBytes;
    this.gathered = [];
    this.gatheredBytes = 0;
    this.writing = this.write(chunks, at).then(() => {
      if (this.isFinishing) return;
      this.synchronizing ??= this.synchronize().then(() => {
        this.synchronizing = undefined;
      });
    });
  }

  /** Does not reject. The system tells of a failure once, so one that is told here must not be forgotten. */
  private async synchronize(): Promise<void> {
    try {
      await this.file.datasync();
    } catch (error) {
      this.fault ??= asError(error);
    }
  }

  private async settled(): Promise<void> {
    await this.writing;
    if (this.fault !== undefined) throw this.fault;
  }

  /** Does not reject: nobody may be waiting at the moment. */
  private async write(chunks: readonly Buffer[], at: number): Promise<void> {
    try {
      const expected = chunks.reduce((sum, { length }) => sum + length, 0);
      if (expected === 0) return;
      const { bytesWritten } = await this.file.writev(chunks, at);
      // A disk that is full takes a part of it; writing the rest then says why.
      let written = bytesWritten;
      const rest = written < expected ? Buffer.concat(chunks) : undefined;
      while (rest !== undefined && written < expected) {
        const more = await this.file.write(rest, written, expected - written, at + written);
        written += more.bytesWritten;
      }
    } catch (error) {
      this.fault ??= asError(error);
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('a file could not be written', { cause: error });
}
