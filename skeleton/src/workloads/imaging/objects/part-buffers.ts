/** Size of a part: S3 takes 5 MiB to 5 GiB but for the last, and 10 000 parts (Amazon S3 User Guide, "multipart upload limits"). */
export const PART_BYTES = 8 * 1024 * 1024;

/**
 * Buffers for parts on their way, used again and again: however many files are stored at once and however large they are, a process
 * has no more than these. Whoever waits for one holds none, so that nobody waits for ever.
 */
export class PartBuffers {
  private readonly free: Buffer[] = [];
  private readonly waiting: Array<(buffer: Buffer) => void> = [];
  private madeCount = 0;

  /** @param most of them. They are made when they are first needed. */
  constructor(
    private readonly most: number,
    private readonly sizeBytes = PART_BYTES,
  ) {}

  async acquire(): Promise<Buffer> {
    const buffer = this.free.pop();
    if (buffer !== undefined) return buffer;
    if (this.madeCount < this.most) {
      this.madeCount += 1;
      return Buffer.allocUnsafeSlow(this.sizeBytes);
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  release(buffer: Buffer): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free.push(buffer);
    else next(buffer);
  }
}
