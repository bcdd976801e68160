import type { Client } from 'pg';

/** What the demo asks the database. A database that is away for a moment answers `undefined`: the demo goes on. */
export class DatabaseFigures {
  constructor(
    private readonly client: Client,
    private readonly streamName: string,
  ) {}

  /** How far each shard's records are dealt with: sequence numbers by shard. */
  async checkpoints(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.rows<{ shard_id: string; checkpoint: string }>(
      'SELECT shard_id, checkpoint FROM shard_lease WHERE stream_name = $1 AND checkpoint IS NOT NULL',
      [this.streamName],
    );
    return new Map(rows?.map(({ shard_id: shardId, checkpoint }) => [shardId, checkpoint]));
  }

  async quarantinedCount(): Promise<number | undefined> {
    const rows = await this.rows<{ count: number }>('SELECT count(*)::integer AS count FROM quarantine', []);
    return rows?.[0]?.count;
  }

  /**
   * The 99th percentile of the time from a reading at the bedside to its row, over readings of the last `seconds`.
   *
   * Reads heart rates only, which every reading of the ward has, by the table's one index: cheap however long it runs.
   */
  async latencyP99Ms(patientIds: readonly string[], seconds: number): Promise<number | undefined> {
    const rows = await this.rows<{ p99: number | null }>(
      `SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM stored_at - observed_at) * 1000) AS p99
         FROM vital_sign
        WHERE patient_id = ANY ($1) AND code = '8867-4' AND observed_at > now() - make_interval(secs => $2)`,
      [patientIds, seconds],
    );
    return rows?.[0]?.p99 ?? undefined;
  }

  /** Every event that is stored, counted one by one: slow, and true. */
  async storedCount(): Promise<number | undefined> {
    const rows = await this.rows<{ count: number }>(
      'SELECT count(DISTINCT event_id)::integer AS count FROM vital_sign',
      [],
    );
    return rows?.[0]?.count;
  }

  private async rows<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[] | undefined> {
    try {
      return (await this.client.query<Row>(text, [...values])).rows;
    } catch {
      return undefined;
    }
  }
}
