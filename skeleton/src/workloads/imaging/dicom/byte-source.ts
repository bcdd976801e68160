import { open } from 'node:fs/promises';

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

/** Opens a file for reading. @throws Node's error when it cannot be opened. */
export async function fileSource(path: string): Promise<FileSource> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return {
      sizeBytes: size,
      read: async (position, lengthBytes) => {
        const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(lengthBytes, size - position)));
        let filled = 0;
        while (filled < buffer.length) {
          const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return buffer.subarray(0, filled);
      },
      close: async () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Bytes that are in memory already, such as a test's. */
export function bufferSource(buffer: Buffer): ByteSource {
  return {
    sizeBytes: buffer.length,
    read: async (position, lengthBytes) => buffer.subarray(position, position + lengthBytes),
  };
}
