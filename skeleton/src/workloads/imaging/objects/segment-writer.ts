import type { MultipartUpload } from './multipart-upload';
import { PART_BYTES, type PartBuffers } from './part-buffers';
import type { Segment } from '../deidentify/segment';
import type { ByteSource } from '../dicom/byte-source';

/** Least size of a part but the last (Amazon S3 User Guide, "multipart upload limits"). */
const PART_BYTES_MIN = 5 * 1024 * 1024;
/** A range that S3 copies at once: so long that calls are few, so short that each is answered in seconds. */
const COPY_BYTES_MAX = 256 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;

export interface SegmentWriterOptions {
  readonly buffers: PartBuffers;
  readonly source: ByteSource;
  readonly sourceKey: string;
  readonly begin: () => Promise<MultipartUpload>;
}

/**
 * Makes parts of segments: bytes are gathered, ranges of at least a part are copied. Bytes before a range are filled up from it to the
 * least size of a part. What fits one part is no upload in parts at all.
 */
export class SegmentWriter {
  /** Once there is one. */
  upload: MultipartUpload | undefined;
  private buffer: Buffer | undefined;
  private gatheredBytes = 0;

  constructor(private readonly options: SegmentWriterOptions) {}

  async write(segment: Segment): Promise<void> {
    if (segment.kind === 'bytes') await this.gather(segment.bytes);
    else await this.writeRange(segment.start, segment.end);
  }

  /** @returns all bytes, where they are so few that no upload was begun; they are the caller's until `release`. */
  async finish(): Promise<Buffer | undefined> {
    if (this.upload === undefined) return this.gathered();
    if (this.gatheredBytes > 0) await this.flush();
    await this.upload.complete();
    return undefined;
  }

  /** Gives the buffer back, if there is one. */
  release(): void {
    if (this.buffer !== undefined) this.options.buffers.release(this.buffer);
    this.buffer = undefined;
    this.gatheredBytes = 0;
  }

  private async writeRange(start: number, end: number): Promise<void> {
    const missingBytes = this.gatheredBytes === 0 ? 0 : Math.max(0, PART_BYTES_MIN - this.gatheredBytes);
    const copyStart = start + missingBytes;
    if (end - copyStart < PART_BYTES_MIN) {
      await this.readRange(start, end);
      return;
    }
    await this.readRange(start, copyStart);
    if (this.gatheredBytes > 0) await this.flush();
    const upload = await this.begun();
    for (let position = copyStart; position < end;) {
      // The last two pieces share what is left, so that neither is too small for a part.
      const leftBytes = end - position;
      const lengthBytes =
        leftBytes <= COPY_BYTES_MAX ? leftBytes : Math.min(COPY_BYTES_MAX, leftBytes - PART_BYTES_MIN);
      await upload.copy(this.options.sourceKey, position, position + lengthBytes);
      position += lengthBytes;
    }
  }

  private async readRange(start: number, end: number): Promise<void> {
    for (let position = start; position < end;) {
      const lengthBytes = Math.min(READ_BYTES, end - position);
      await this.gather(await this.options.source.read(position, lengthBytes));
      position += lengthBytes;
    }
  }

  private async gather(bytes: Buffer): Promise<void> {
    for (let taken = 0; taken < bytes.length;) {
      if (this.gatheredBytes === PART_BYTES) await this.flush();
      this.buffer ??= await this.options.buffers.acquire();
      const copied = bytes.copy(this.buffer, this.gatheredBytes, taken, taken + PART_BYTES - this.gatheredBytes);
      this.gatheredBytes += copied;
      taken += copied;
    }
  }

  private async flush(): Promise<void> {
    const upload = await this.begun();
    const { buffer } = this;
    if (buffer === undefined) return;
    const bytes = this.gathered();
    this.buffer = undefined;
    this.gatheredBytes = 0;
    await upload.send(bytes, () => this.options.buffers.release(buffer));
  }

  private async begun(): Promise<MultipartUpload> {
    this.upload ??= await this.options.begin();
    return this.upload;
  }

  private gathered(): Buffer {
    return this.buffer?.subarray(0, this.gatheredBytes) ?? Buffer.alloc(0);
  }
}
