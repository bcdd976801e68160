import { Lease, Shard } from './lease';
import { DatabasePool } from '../postgres/pool';

export interface LeaseStoreOptions {
  readonly pool: DatabasePool;
  readonly streamName: string;
  readonly workerId: string;
  /** How long a lease holds without being renewed, by the database's clock. */
  readonly leaseSeconds: number;
}

/** How the shards are spread over the workers now. */
export interface LeaseCensus {
  /** Shards to be read: not ended, and with all parents ended. */
  readonly readableShardsCount: number;
  /** Workers seen within a lease's time, this one included. */
  readonly liveWorkersCount: number;
}

const ADD_SHARDS = `
  INSERT INTO shard_lease (stream_name, shard_id, parent_shard_ids)
  SELECT $1, shard ->> 'shardId', ARRAY(SELECT jsonb_array_elements_text(shard -> 'parentShardIds'))
  FROM jsonb_array_elements($2::jsonb) AS shard
  ON CONFLICT DO NOTHING`;

const RENEW = `
  WITH seen AS (
    INSERT INTO worker (stream_name, worker_id, seen_at) VALUES ($1, $2, now())
    ON CONFLICT (stream_name, worker_id) DO UPDATE SET seen_at = now()
  )
  UPDATE shard_lease SET expires_at = now() + make_interval(secs => $3)
  FROM unnest($4::text[], $5::bigint[]) AS held (shard_id, epoch)
  WHERE stream_name = $1 AND owner = $2 AND shard_lease.shard_id = held.shard_id AND shard_lease.epoch = held.epoch
  RETURNING shard_lease.shard_id`;

/** A shard whose parent is not in the table may be read: the parent has left the stream. */
const READABLE = `
  SELECT shard_id, owner, expires_at FROM shard_lease AS child
  WHERE stream_name = $1 AND NOT ended AND NOT EXISTS (
    SELECT FROM shard_lease AS parent
    WHERE parent.stream_name = $1 AND parent.shard_id = ANY (child.parent_shard_ids) AND NOT parent.ended
  )`;

const CENSUS = `
  SELECT
    (SELECT count(*)::integer FROM (${READABLE}) AS readable) AS readable_shards,
    (SELECT count(*)::integer FROM worker
     WHERE stream_name = $1 AND (worker_id = $2 OR seen_at > now() - make_interval(secs => $3))) AS live_workers`;

/** Takes what nobody holds. The lock, with a second look at the row, lets two workers that come at once take different ones. */
const TAKE = `
  WITH readable AS (${READABLE}), free AS (
    SELECT shard_id FROM shard_lease
    WHERE stream_name = $1 AND (owner IS NULL OR expires_at < now()) AND NOT ended
      AND shard_id IN (SELECT shard_id FROM readable)
    ORDER BY expires_at NULLS FIRST, shard_id
    LIMIT $4
    FOR UPDATE SKIP LOCKED
  )
  UPDATE shard_lease SET owner = $2, epoch = epoch + 1, expires_at = now() + make_interval(secs => $3)
  FROM free WHERE stream_name = $1 AND shard_lease.shard_id = free.shard_id
  RETURNING shard_lease.shard_id, epoch::integer, checkpoint`;

const RELEASE = `
  UPDATE shard_lease SET owner = NULL, expires_at = NULL
  WHERE stream_name = $1 AND shard_id = $2 AND owner = $3 AND epoch = $4`;

const END = `
  UPDATE shard_lease SET ended = true, owner = NULL, expires_at = NULL
  WHERE stream_name = $1 AND shard_id = $2 AND owner = $3 AND epoch = $4 AND checkpoint IS NOT DISTINCT FROM $5`;

const LEAVE = 'DELETE FROM worker WHERE stream_name = $1 AND worker_id = $2';
const FORGET = `DELETE FROM worker WHERE stream_name = $1 AND seen_at < now() - interval '1 day'`;

/** The leases of one stream, as one worker sees and changes them. Every method throws what `pg` throws. */
export class LeaseStore {
  constructor(private readonly options: LeaseStoreOptions) {}

  /** Adds shards that are not known yet. All shards of a listing go in together, so that no child comes without its parents. */
  async addShards(shards: readonly Shard[]): Promise<number> {
    const { pool, streamName } = this.options;
    const { rowCount } = await pool.query(ADD_SHARDS, [streamName, JSON.stringify(shards)]);
    return rowCount ?? 0;
  }

  /** Says that this worker lives, and keeps its leases. @returns ids of the shards that are still its own. */
  async renew(held: readonly Lease[]): Promise<Set<string>> {
    const { pool, streamName, workerId, leaseSeconds } = this.options;
    const { rows } = await pool.query<{ shard_id: string }>(RENEW, [
      streamName,
      workerId,
      leaseSeconds,
      held.map(({ shardId }) => shardId),
      held.map(({ epoch }) => epoch),
    ]);
    return new Set(rows.map((row) => row.shard_id));
  }

  async census(): Promise<LeaseCensus> {
    const { pool, streamName, workerId, leaseSeconds } = this.options;
    const { rows } = await pool.query<{ readable_shards: number; live_workers: number }>(CENSUS, [
      streamName,
      workerId,
      leaseSeconds,
    ]);
    return { readableShardsCount: rows[0]?.readable_shards ?? 0, liveWorkersCount: rows[0]?.live_workers ?? 1 };
  }

  /** Takes leases that nobody holds or whose time has run out; never one that is alive. */
  async take(leasesMax: number): Promise<Lease[]> {
    const { pool, streamName, workerId, leaseSeconds } = this.options;
    const { rows } = await pool.query<{ shard_id: string; epoch: number; checkpoint: string | null }>(TAKE, [
      streamName,
      workerId,
      leaseSeconds,
      leasesMax,
    ]);
    return rows.map(({ shard_id: shardId, epoch, checkpoint }) => ({
      streamName,
      shardId,
      owner: workerId,
      epoch,
      checkpoint,
    }));
  }

  /** Gives a lease back, for another worker to take at once. Does nothing when it is not held any more. */
  async release({ streamName, shardId, owner, epoch }: Lease): Promise<void> {
    await this.options.pool.query(RELEASE, [streamName, shardId, owner, epoch]);
  }

  /** Marks a shard as read to its end, which lets its children begin. @returns false when the lease was lost. */
  async end({ streamName, shardId, owner, epoch }: Lease, checkpoint: string | null): Promise<boolean> {
    const { rowCount } = await this.options.pool.query(END, [streamName, shardId, owner, epoch, checkpoint]);
    return rowCount === 1;
  }

  /** Takes this worker off the list, so that the others' fair share grows at once. */
  async leave(): Promise<void> {
    const { pool, streamName, workerId } = this.options;
    await pool.query(LEAVE, [streamName, workerId]);
  }

  /** Clears the list of workers that ended without leaving. */
  async forgetTheDead(): Promise<void> {
    await this.options.pool.query(FORGET, [this.options.streamName]);
  }
}
