import { createHash, type Hash } from 'node:crypto';

/** Uploads whose hash is kept at most; the file of another one is read once more at its end. */
const KEPT_MAX = 256;

interface Kept {
  readonly hash: Hash;
  readonly offsetBytes: number;
}

/** SHA-256 of the bytes of uploads so far, where this process has seen all of them. */
export class RunningHashes {
  private readonly kept = new Map<string, Kept>();

  /** A hash of the first bytes of an upload to go on with, if there is one. It is the caller's until it is kept again. */
  take(uploadId: string, offsetBytes: number): Hash | undefined {
    const kept = this.kept.get(uploadId);
    this.kept.delete(uploadId);
    if (offsetBytes === 0) return createHash('sha256');
    return kept?.offsetBytes === offsetBytes ? kept.hash : undefined;
  }

  keep(uploadId: string, hash: Hash, offsetBytes: number): void {
    const [oldest] = this.kept.keys();
    if (this.kept.size >= KEPT_MAX && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(uploadId, { hash, offsetBytes });
  }
}
