import { type FileHandle, open } from 'node:fs/promises';

/** Bytes that can be read at any place. */
export interface ByteSource {
  readonly sizeBytes: number;
  /**
   * @param position from the beginning, in bytes.
   * @returns as many bytes as were asked for, and fewer only at the end.
   */
  read(position: number, lengthBytes: number): Promise<Buffer>;
}

export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/** Read at once and kept: the header is read in twenty pieces, each of which would take as long over the network as all together. */
const HEAD_BYTES = 256 * 1024;

/** Opens a file for reading. @throws Node's error when it cannot be opened. */
export async function fileSource(path: string): Promise<FileSource> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const head = bufferSource(await readRange(file, 0, Math.min(size, HEAD_BYTES)));
    return {
      sizeBytes: size,
      read: async (position, lengthBytes) =>
        Math.min(position + lengthBytes, size) <= head.sizeBytes
          ? head.read(position, lengthBytes)
          : readRange(file, position, Math.max(0, Math.min(lengthBytes, size - position))),
      close: async () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** @returns fewer bytes than were asked for where the file has fewer. */
async function readRange(file: FileHandle, position: number, lengthBytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(lengthBytes);
  let filled = 0;
  while (filled < lengthBytes) {
    const { bytesRead } = await file.read(buffer, filled, lengthBytes - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Bytes that are in memory already, such as a test's. */
export function bufferSource(buffer: Buffer): ByteSource {
  return {
    sizeBytes: buffer.length,
    read: async (position, lengthBytes) => buffer.subarray(position, position + lengthBytes),
  };
}
