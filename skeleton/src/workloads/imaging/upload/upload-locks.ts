import type { Lock, Locker } from '@tus/server';
import { LockConnection } from './lock-connection';
import { pause } from '../../../runtime/backoff';
import type { DatabasePool } from '../../../runtime/postgres/pool';
import { Problem } from '../http/problem';

export interface UploadLocksOptions {
  /** A pool for this alone, of one connection. */
  readonly pool: Pick<DatabasePool, 'use'>;
  /**
   * How long a request waits for a lock. It must be longer than the holder has after it was asked for it (`lockDrainTimeout` of the
   * tus server), and shorter than the gateway waits. Default 10 000.
   */
  readonly patienceMs?: number;
}

/** Who has, or waits for, a lock in this process. */
interface Holder {
  /** Asks the holder to come to an end. */
  readonly release: () => void;
  /** Resolves when the lock is free in this process. */
  readonly freed: Promise<void>;
  readonly free: () => void;
  /** Of the session that has the lock; none while this one waits for it. */
  connection: LockConnection | undefined;
  isWanted: boolean;
}

const ASK_AGAIN_MS = 50;
const PATIENCE_MS = 10_000;

/**
 * Locks of uploads that hold across processes. One request works on an upload at a time; one that waits makes the holder end what it
 * does (tus 1.0.0, "Resumable Upload Protocol": a half-open connection must not keep an upload from being resumed), whichever
 * process it is in.
 *
 * A lost database connection loses its locks while their holders work on. A lock keeps the peace; that two writers do no harm is the
 * doing of `UploadTable`, by which a writer's bytes count only until another has taken over.
 */
export class UploadLocks implements Locker {
  private readonly holders = new Map<string, Holder>();
  private connecting: Promise<LockConnection> | undefined;
  private isClosed = false;

  constructor(private readonly options: UploadLocksOptions) {}

  newLock(uploadId: string): Lock {
    return {
      lock: async (signal, release) => this.lock(uploadId, signal, () => void release()),
      unlock: async () => this.unlock(uploadId),
    };
  }

  /** Gives everything back. */
  async close(): Promise<void> {
    this.isClosed = true;
    (await this.connecting?.catch(() => undefined))?.end();
  }

  private async lock(uploadId: string, signal: AbortSignal | undefined, release: () => void): Promise<void> {
    const deadline = Date.now() + (this.options.patienceMs ?? PATIENCE_MS);
    const holder = await this.reserve(uploadId, { deadline, signal, release });
    try {
      const connection = await this.connect();
      for (let asks = 0; !(await connection.tryLock(uploadId)); asks += 1) {
        if (asks % 10 === 0) await connection.want(uploadId);
        if (Date.now() > deadline || !(await pause(ASK_AGAIN_MS, signal))) throw locked();
      }
      holder.connection = connection;
      if (holder.isWanted) release();
    } catch (error) {
      this.forget(uploadId, holder);
      throw error;
    }
  }

  /** Becomes the one of this process that may ask the database for the lock. */
  private async reserve(
    uploadId: string,
    { deadline, signal, release }: { deadline: number; signal: AbortSignal | undefined; release: () => void },
  ): Promise<Holder> {
    for (let other = this.holders.get(uploadId); other !== undefined; other = this.holders.get(uploadId)) {
      // One that waits itself is asked when it has what it waits for.
      other.isWanted = true;
      if (other.connection !== undefined) other.release();
      const ticking = new AbortController();
      signal?.addEventListener('abort', () => ticking.abort(), { once: true, signal: ticking.signal });
      await Promise.race([other.freed, pause(deadline - Date.now(), ticking.signal)]);
      ticking.abort();
      if (this.holders.has(uploadId) && (Date.now() >= deadline || signal?.aborted === true)) throw locked();
    }
    let free = (): void => undefined;
    const freed = new Promise<void>((resolve) => (free = resolve));
    const holder: Holder = { release, freed, free, connection: undefined, isWanted: false };
    this.holders.set(uploadId, holder);
    return holder;
  }

  /** The database's lock goes first: in this process's session, it would be given to the next one as one more of its own. */
  private async unlock(uploadId: string): Promise<void> {
    const holder = this.holders.get(uploadId);
    if (holder === undefined) return;
    try {
      if (holder.connection?.isLost === false) await holder.connection.unlock(uploadId);
    } catch {
      // The connection has been given up by this, and the lock with it.
    } finally {
      this.forget(uploadId, holder);
    }
  }

  private forget(uploadId: string, holder: Holder): void {
    this.holders.delete(uploadId);
    holder.free();
  }

  private async connect(): Promise<LockConnection> {
    for (;;) {
      if (this.isClosed) throw locked();
      this.connecting ??= LockConnection.open(this.options.pool, {
        wanted: (uploadId) => this.wanted(uploadId),
        lost: () => this.lost(),
      });
      const opening = this.connecting;
      const connection = await opening.catch((error: unknown) => {
        if (this.connecting === opening) this.connecting = undefined;
        throw error;
      });
      if (!connection.isLost) return connection;
      if (this.connecting === opening) this.connecting = undefined;
    }
  }

  /** What this process asks of others comes back to it: one that waits is not the one that was meant. */
  private wanted(uploadId: string): void {
    const holder = this.holders.get(uploadId);
    if (holder?.connection !== undefined) holder.release();
  }

  private lost(): void {
    for (const { connection, release } of this.holders.values()) if (connection?.isLost === true) release();
  }
}

function locked(): Problem {
  return new Problem(
    423,
    'upload_locked',
    'Another request works on this upload. Ask for its offset by HEAD and go on from there, a moment later.',
    { headers: { 'Retry-After': '2' } },
  );
}
