import type { PoolClient } from 'pg';
import type { ReplayedWorkload } from './operated-workload';
import { probeStatement } from '../kinesis/commit-statement';
import { findPoisoned } from '../kinesis/poison';
import { databaseErrorKind } from '../postgres/errors';

interface Item<Event> {
  readonly event: Event;
}

/** Inserts events inside of an open transaction, and finds out which of them the database refuses. */
export class ReplayedInserts<Event> {
  constructor(private readonly workload: Pick<ReplayedWorkload<Event>, 'table' | 'prepare'>) {}

  /**
   * @returns how many events brought something new, and the items that are not stored since the database refuses them.
   * @throws what `pg` throws, but for refusals.
   */
  async insert<Some extends Item<Event>>(
    client: PoolClient,
    items: readonly Some[],
  ): Promise<{ readonly storedCount: number; readonly refused: ReadonlySet<Some> }> {
    if (items.length === 0) return { storedCount: 0, refused: new Set() };
    const storedCount = await this.tryInsert(client, items, 'keep');
    if (storedCount !== undefined) return { storedCount, refused: new Set() };
    const refused = await findPoisoned(
      items,
      async (some) => (await this.tryInsert(client, some, 'undo')) !== undefined,
    );
    const storable = items.filter((item) => !refused.has(item));
    if (storable.length === 0) return { storedCount: 0, refused };
    return { storedCount: await this.insertNow(client, storable), refused };
  }

  /** Behind a savepoint. @returns `undefined` when the database refuses a value. */
  private async tryInsert(
    client: PoolClient,
    items: ReadonlyArray<Item<Event>>,
    afterwards: 'keep' | 'undo',
  ): Promise<number | undefined> {
    await client.query('SAVEPOINT tried');
    try {
      const storedCount = await this.insertNow(client, items);
      await client.query(afterwards === 'keep' ? 'RELEASE SAVEPOINT tried' : 'ROLLBACK TO SAVEPOINT tried');
      return storedCount;
    } catch (error) {
      if (databaseErrorKind(error) !== 'data') throw error;
      await client.query('ROLLBACK TO SAVEPOINT tried');
      return undefined;
    }
  }

  private async insertNow(client: PoolClient, items: ReadonlyArray<Item<Event>>): Promise<number> {
    const { table, prepare } = this.workload;
    const events = items.map(({ event }) => event);
    await prepare(events, { recheck: true });
    const insert = probeStatement(table, events);
    const { rows } = await client.query<{ count: number }>(
      `WITH stored AS (${insert.text} RETURNING ${table.eventIdColumn})
       SELECT count(DISTINCT ${table.eventIdColumn})::integer AS count FROM stored`,
      insert.values,
    );
    return rows[0]?.count ?? 0;
  }
}
