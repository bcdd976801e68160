import { once } from 'node:events';
import type { PoolClient } from 'pg';
import type { DatabasePool } from '../../../runtime/postgres/pool';

/** Channel on which a process that waits for a lock says so to the one that holds it. */
const CHANNEL = 'imaging_upload_wanted';
/** Sets these keys apart from other advisory locks of the database. */
const KEY = `hashtextextended('imaging upload ' || $1, 0)`;

export interface LockListener {
  /** Somebody else waits for the lock of this upload. */
  wanted(uploadId: string): void;
  /** The connection is gone, and every lock with it. */
  lost(): void;
}

/**
 * One session of PostgreSQL that holds all upload locks of this process (PostgreSQL, "Advisory Locks", session level): they end with
 * the session, whatever becomes of the process. A lock that is taken twice in one session must be given back twice, so the caller
 * keeps count of what it holds.
 */
export class LockConnection {
  static async open(pool: Pick<DatabasePool, 'use'>, listener: LockListener): Promise<LockConnection> {
    return new Promise((resolve, reject) => {
      pool
        .use(async (client) => {
          const ended = new Promise<void>((resolveEnded) => {
            client.once('error', () => resolveEnded());
            client.once('end', () => resolveEnded());
            client.on('notification', ({ payload }) => listener.wanted(payload ?? ''));
          });
          await client.query(`LISTEN ${CHANNEL}`);
          const connection = new LockConnection(client);
          resolve(connection);
          await Promise.race([ended, once(connection.closing.signal, 'abort')]);
          connection.end();
          listener.lost();
          // Thrown so that the pool closes the connection: its locks and its LISTEN must not live on in it.
          throw new LockConnectionEnded();
        })
        .catch(reject);
    });
  }

  private readonly closing = new AbortController();

  private constructor(private readonly client: PoolClient) {}

  /** Whether the locks are not held any more. */
  get isLost(): boolean {
    return this.closing.signal.aborted;
  }

  /** Takes a lock if nobody else has it. @throws what `pg` throws, after which the connection is given up. */
  async tryLock(uploadId: string): Promise<boolean> {
    const { rows } = await this.query<{ locked: boolean }>(`SELECT pg_try_advisory_lock(${KEY}) AS locked`, uploadId);
    return rows[0]?.locked === true;
  }

  /** @throws what `pg` throws, after which the connection is given up. */
  async unlock(uploadId: string): Promise<void> {
    await this.query(`SELECT pg_advisory_unlock(${KEY})`, uploadId);
  }

  /** Tells whoever holds a lock that it is wanted. @throws what `pg` throws, after which the connection is given up. */
  async want(uploadId: string): Promise<void> {
    await this.query(`SELECT pg_notify('${CHANNEL}', $1)`, uploadId);
  }

  /** Gives all locks back. */
  end(): void {
    this.closing.abort();
  }

  /** Whether a statement that failed did anything is not known: only the session's end says what is held. */
  private async query<Row extends object>(text: string, uploadId: string): Promise<{ readonly rows: Row[] }> {
    try {
      return await this.client.query<Row>(text, [uploadId]);
    } catch (error) {
      this.end();
      throw error;
    }
  }
}

/** Ends the use of a connection; nobody is told, since whoever asked for it has had its answer. */
class LockConnectionEnded extends Error {
  constructor() {
    super('the connection that held upload locks has ended');
    this.name = 'LockConnectionEnded';
  }
}
