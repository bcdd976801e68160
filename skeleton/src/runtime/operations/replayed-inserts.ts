import type { PoolClient } from 'pg';
import type { ReplayedWorkload } from './operated-workload';
import { storeStatement } from '../kinesis/commit-statement';
import { REFUSED_BY_DATABASE } from '../kinesis/event-sifter';
import type { StoreAnswer } from '../kinesis/event-storage';
import { findPoisoned } from '../kinesis/poison';
import { databaseErrorKind } from '../postgres/errors';

interface Item<Event> {
  readonly event: Event;
}

interface Reason {
  readonly reasonCode: string;
  readonly reason: string;
}

interface Replayed<Some> {
  /** Events that brought something new. */
  readonly storedCount: number;
  /** What is not stored, and why. */
  readonly refused: ReadonlyMap<Some, Reason>;
}

/** Stores events inside of an open transaction, and finds out which of them the database refuses. */
export class ReplayedInserts<Event> {
  constructor(private readonly workload: Pick<ReplayedWorkload<Event>, 'storage' | 'prepare'>) {}

  /** @throws what `pg` throws, but for refusals. */
  async insert<Some extends Item<Event>>(client: PoolClient, items: readonly Some[]): Promise<Replayed<Some>> {
    if (items.length === 0) return { storedCount: 0, refused: new Map() };
    const all = await this.tryInsert(client, items, 'keep');
    if (all !== undefined) return all;
    const poisoned = await findPoisoned(
      items,
      async (some) => (await this.tryInsert(client, some, 'undo')) !== undefined,
    );
    const refused = new Map<Some, Reason>([...poisoned].map((item) => [item, REFUSED_BY_DATABASE]));
    const storable = items.filter((item) => !poisoned.has(item));
    if (storable.length === 0) return { storedCount: 0, refused };
    const rest = await this.insertNow(client, storable);
    return { storedCount: rest.storedCount, refused: new Map([...refused, ...rest.refused]) };
  }

  /** Behind a savepoint. @returns `undefined` when the database cannot hold a value. */
  private async tryInsert<Some extends Item<Event>>(
    client: PoolClient,
    items: readonly Some[],
    afterwards: 'keep' | 'undo',
  ): Promise<Replayed<Some> | undefined> {
    await client.query('SAVEPOINT tried');
    try {
      const replayed = await this.insertNow(client, items);
      await client.query(afterwards === 'keep' ? 'RELEASE SAVEPOINT tried' : 'ROLLBACK TO SAVEPOINT tried');
      return replayed;
    } catch (error) {
      if (databaseErrorKind(error) !== 'data') throw error;
      await client.query('ROLLBACK TO SAVEPOINT tried');
      return undefined;
    }
  }

  private async insertNow<Some extends Item<Event>>(
    client: PoolClient,
    items: readonly Some[],
  ): Promise<Replayed<Some>> {
    const { storage, prepare } = this.workload;
    const events = items.map(({ event }) => event);
    await prepare(events, { recheck: true });
    const { rows } = await client.query<StoreAnswer>(storeStatement(storage, events));
    const [answer] = rows;
    const refused = new Map<Some, Reason>();
    answer?.refused.forEach((place, index) => {
      const item = items[place - 1];
      const reasonCode = answer.reason_codes[index] ?? REFUSED_BY_DATABASE.reasonCode;
      const reason = storage.refusalReasons[reasonCode] ?? REFUSED_BY_DATABASE.reason;
      if (item !== undefined) refused.set(item, { reasonCode, reason });
    });
    return { storedCount: answer?.stored ?? 0, refused };
  }
}
