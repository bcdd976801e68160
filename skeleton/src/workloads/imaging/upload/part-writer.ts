import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { BlockWriter } from './block-writer';

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

/**
 * Writes a stream into a file from an offset on, and synchronizes it. While a block is written, the next one arrives; then the
 * stream waits, so that memory holds two blocks whatever the disk does.
 *
 * @throws Node's error when the file cannot be written.
 */
export async function writePart({ source, file, offsetBytes, hash, signal }: PartOptions): Promise<WrittenPart> {
  const blocks = new BlockWriter(file, offsetBytes, hash);
  try {
    const fault = await pour(source, blocks, signal);
    return { bytes: await blocks.finish(), fault };
  } finally {
    blocks.close();
  }
}

/**
 * Hands on what arrives, by events: of a part there are five hundred chunks, and a promise for each costs more than writing it. The
 * stream is left as it is where it is left early: on a request's connection its answer is still to be sent.
 *
 * @returns why the stream ended before its time; `undefined` at its end.
 * @throws what the writer throws.
 */
async function pour(source: Readable, blocks: BlockWriter, signal: AbortSignal | undefined): Promise<unknown> {
  if (signal?.aborted) return new PartEnded();
  if (source.readableEnded) return undefined;
  if (source.destroyed) return source.errored ?? new Error('the stream had ended before its time');
  const listeners = new AbortController();
  try {
    return await new Promise<unknown>((resolve, reject) => {
      const take = (chunk: Buffer) => {
        const room = blocks.add(chunk);
        if (room === undefined) return;
        source.pause();
        room.then(() => {
          if (!listeners.signal.aborted) source.resume();
        }, reject);
      };
      const heard = {
        data: take,
        end: () => resolve(undefined),
        error: (error: unknown) => resolve(error),
        close: () => resolve(source.errored ?? new Error('the stream ended before its time')),
      };
      for (const [event, hear] of Object.entries(heard)) source.on(event, hear);
      listeners.signal.addEventListener('abort', () => {
        source.pause();
        // It may read on, and break off: an error that nobody hears would end the program, and with it the parts of others.
        source.on('error', () => undefined);
        for (const [event, hear] of Object.entries(heard)) source.off(event, hear);
      });
      // Whether anything arrives or not.
      signal?.addEventListener('abort', () => resolve(new PartEnded()), { signal: listeners.signal });
    });
  } finally {
    listeners.abort();
  }
}
