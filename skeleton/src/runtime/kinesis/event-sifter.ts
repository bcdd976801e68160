import { Batch, BatchEvent } from './batch';
import { storeStatement } from './commit-statement';
import { findPoisoned } from './poison';
import { quarantining } from './refused-events';
import { Workload } from './workload';
import { databaseErrorKind } from '../postgres/errors';
import { DatabasePool } from '../postgres/pool';

/** Says why an event is in quarantine that passed the decoder. The database's own words would show its values. */
export const REFUSED_BY_DATABASE = {
  reasonCode: 'refused_by_database',
  reason: 'The database refused the event as a value it cannot hold',
};

/** Finds the events of a batch that the database refuses, by trying them out in transactions that are rolled back. */
export class EventSifter<Event> {
  constructor(
    private readonly pool: DatabasePool,
    private readonly workload: Workload<Event>,
  ) {}

  /**
   * Moves the events that the database refuses from the batch's rows to its quarantine. Writes nothing.
   *
   * @throws what `pg` throws, but for refusals.
   */
  async sift(batch: Batch<Event>): Promise<Batch<Event>> {
    const poisoned = await findPoisoned(batch.events, async (some) => this.isStorable(some));
    return quarantining(batch, (event) => (poisoned.has(event) ? REFUSED_BY_DATABASE : undefined));
  }

  private async isStorable(some: ReadonlyArray<BatchEvent<Event>>): Promise<boolean> {
    const events = some.map(({ event }) => event);
    try {
      await this.workload.prepare(events, { recheck: true });
      await this.pool.use(async (client) => {
        await client.query('BEGIN');
        await client.query(storeStatement(this.workload.storage, events));
        await client.query('ROLLBACK');
      });
      return true;
    } catch (error) {
      if (databaseErrorKind(error) === 'data') return false;
      throw error;
    }
  }
}
