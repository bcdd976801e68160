import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** TLS brings 16 KiB at a time; written one by one, they cost more than they hold. */
const BLOCK_BYTES = 1024 * 1024;
/** Kept for the next parts: of four at once. */
const FREE_BLOCKS_MAX = 8;
const freeBlocks: Buffer[] = [];

/**
 * Gathers chunks and writes them a block at a time, one block behind what arrives. Chunks are copied, and so forgotten at once: those that wait
 * for a disk grow old, and V8 keeps what is old until it must. What is written is synchronized while more arrives, so that little of it is
 * left to wait for in the end.
 */
export class BlockWriter {
  private fault: Error | undefined;
  /** The one that is filled, and the one that is written. */
  private readonly blocks: Array<Buffer | undefined> = [undefined, undefined];
  private filling = 0;
  private filledBytes = 0;
  private position: number;
  /** What did not fit any more; no more comes before it has its place. */
  private filledLater: Promise<void> | undefined;
  private writing: Promise<void> = Promise.resolve();
  private synchronizing: Promise<void> | undefined;
  private isFinishing = false;

  /** @param hash hears every byte that is written. */
  constructor(
    private readonly file: FileHandle,
    private readonly startBytes: number,
    private readonly hash: Hash | undefined,
  ) {
    this.position = startBytes;
  }

  /** @returns when there is room for more; `undefined` where there is at once. Rejects with why the file could not be written. */
  add(chunk: Uint8Array): Promise<void> | undefined {
    const rest = this.fill(chunk);
    if (rest === undefined) return undefined;
    this.filledLater = this.flushFor(rest);
    return this.filledLater;
  }

  /** @returns bytes that are written and synchronized. @throws why the file could not be written. */
  async finish(): Promise<number> {
    await this.filledLater;
    await this.settled();
    this.isFinishing = true;
    await this.flush();
    await this.settled();
    // Not after the one that may be under way, which tells of its own failure.
    await Promise.all([this.synchronizing, this.synchronize()]);
    await this.settled();
    return this.position - this.startBytes;
  }

  /** Gives its blocks to the next part, once nothing is written out of them any more. */
  close(): void {
    const give = () => {
      for (const block of this.blocks.splice(0)) {
        if (block !== undefined && freeBlocks.length < FREE_BLOCKS_MAX) freeBlocks.push(block);
      }
    };
    void Promise.allSettled([this.filledLater, this.writing]).then(give);
  }

  /** Copies what there is room for. @returns the rest, which may be empty, once the block is full. */
  private fill(chunk: Uint8Array): Uint8Array | undefined {
    const block = (this.blocks[this.filling] ??= freeBlocks.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES));
    const fitting = chunk.subarray(0, BLOCK_BYTES - this.filledBytes);
    block.set(fitting, this.filledBytes);
    this.filledBytes += fitting.length;
    return this.filledBytes < BLOCK_BYTES ? undefined : chunk.subarray(fitting.length);
  }

  private async flushFor(chunk: Uint8Array): Promise<void> {
    for (let rest: Uint8Array | undefined = chunk; rest !== undefined;) {
      await this.flush();
      rest = this.fill(rest);
    }
  }

  /** Waits for the block before, and begins to write this one. */
  private async flush(): Promise<void> {
    await this.settled();
    const block = this.blocks[this.filling]?.subarray(0, this.filledBytes);
    const at = this.position;
    this.position += this.filledBytes;
    this.filling = 1 - this.filling;
    this.filledBytes = 0;
    this.writing = this.write(block, at).then(() => {
      if (this.isFinishing) return;
      this.synchronizing ??= this.synchronize().then(() => {
        this.synchronizing = undefined;
      });
    });
    if (block !== undefined) this.hash?.update(block);
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
  private async write(block: Buffer | undefined, at: number): Promise<void> {
    try {
      // A disk that is full takes a part of it; writing the rest then says why.
      for (let written = 0; block !== undefined && written < block.length;) {
        const { bytesWritten } = await this.file.write(block, written, block.length - written, at + written);
        written += bytesWritten;
      }
    } catch (error) {
      this.fault ??= asError(error);
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('a file could not be written', { cause: error });
}
