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
    const rows = await this.rows<{ count: number }>('SELECT count(*)::integer AS count FROM quarantine');
    return rows?.[0]?.count;
  }

  /** Rows of a query; `undefined` where the database does not answer. */
  async rows<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[] | undefined> {
    try {
      return (await this.client.query<Row>(text, [...values])).rows;
    } catch {
      return undefined;
    }
  }
}
