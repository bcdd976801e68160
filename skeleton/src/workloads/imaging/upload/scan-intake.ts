import type { PoolClient } from 'pg';
import type { IncomingFiles } from './incoming-files';
import type { IntakeObserver } from './intake-observer';
import type { VerifiedFile } from './verify-file';
import type { DatabasePool } from '../../../runtime/postgres/pool';
import type { WaitingScan } from '../store/scan-events';
import { receiveScan } from '../store/scans';

/** A file that is whole and right, and where it is. */
export interface ReceivableFile extends VerifiedFile {
  readonly scanId: string;
  readonly hospitalId: number;
  readonly source: 'tus' | 'stow';
  readonly sizeBytes: number;
  /** See `incomingFileName`. */
  readonly copy: string | undefined;
}

/** What queues scans for the workers. */
export interface ScanAdder {
  addWaiting(scan: WaitingScan): Promise<unknown>;
}

export interface ScanIntakeOptions {
  readonly pool: Pick<DatabasePool, 'use'>;
  readonly files: IncomingFiles;
  readonly queue: ScanAdder;
  readonly observer: IntakeObserver;
}

/** The transaction that makes a file a scan failed. What it did is known only to who asks the database. */
export class ReceiveError extends Error {
  constructor(
    /** Whether the file is in its place, where only a received one belongs. */
    readonly isPlaced: boolean,
    cause: unknown,
  ) {
    super('a file could not be made a scan', { cause });
    this.name = 'ReceiveError';
  }
}

/** Makes files scans: in one transaction the scan, the events of its life, and the file in its place. */
export class ScanIntake {
  constructor(private readonly options: ScanIntakeOptions) {}

  /**
   * The file is put in its place before the commit, so that no worker finds a scan without its file; and its bytes were synchronized
   * before, so that no row promises what a crash can take back. Queueing comes after and may fail: the row is the truth, and the
   * sweep queues what it finds there.
   *
   * @param claim what else has to hold, in the same transaction.
   * @returns false when the claim does not hold: nothing was done.
   * @throws ReceiveError
   */
  async receive(file: ReceivableFile, claim: (client: PoolClient) => Promise<boolean>): Promise<boolean> {
    const { pool, files } = this.options;
    let isPlaced = false;
    let holds: boolean;
    try {
      holds = await pool.use(async (client) => {
        await client.query('BEGIN');
        if (!(await claim(client))) {
          await client.query('ROLLBACK');
          return false;
        }
        await receiveScan(client, {
          scanId: file.scanId,
          hospitalId: file.hospitalId,
          source: file.source,
          sizeBytes: file.sizeBytes,
          sha256: file.sha256,
          summary: file.summary,
        });
        await files.place(file.scanId, file.copy);
        isPlaced = true;
        await client.query('COMMIT');
        return true;
      });
    } catch (error) {
      throw new ReceiveError(isPlaced, error);
    }
    if (holds) this.announce(file);
    return holds;
  }

  /** Tells that a file is a scan, and queues it without making its sender wait. */
  announce({ scanId, hospitalId, sizeBytes }: Pick<ReceivableFile, 'scanId' | 'hospitalId' | 'sizeBytes'>): void {
    const { queue, observer } = this.options;
    observer.received(scanId, sizeBytes);
    queue.addWaiting({ scanId, hospitalId, attempt: 0 }).catch((error: unknown) => observer.queueFailed(scanId, error));
  }
}
