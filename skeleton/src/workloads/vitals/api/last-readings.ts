import { VITAL_SIGN_CODES } from './asked-codes';
import type { LatestQuery, ReadingStore } from './reading-store';
import type { LatestReadings } from '../latest-readings';
import { LatestByCode, type Reading } from '../reading';

/** Where an answer comes from: the header `X-Reading-Source` says it. */
export type ReadingSource = 'cache' | 'database';

export interface LastReadingsAnswer {
  /** Newest first, then by code and event id, both descending. */
  readonly readings: readonly Reading[];
  readonly source: ReadingSource;
}

/**
 * The last readings of a patient: from the cache where it holds all of them, else from the database, and the cache is filled
 * with what that says. No failure of the cache is one of the query: it costs the time until it is known, and no more.
 */
export class LastReadings {
  constructor(
    private readonly store: ReadingStore,
    private readonly cache: LatestReadings | undefined,
  ) {}

  /** @throws what `pg` throws, where the cache cannot answer. */
  async find(query: LatestQuery): Promise<LastReadingsAnswer> {
    // The cache holds one moment of each code.
    if (this.cache === undefined || query.max > 1) return this.fromDatabase(query);
    const cached = await this.cache.read(query.patientId).catch(() => undefined);
    if (cached === undefined) return this.fromDatabase(query);
    if (cached.state === 'complete') {
      const readings = ofCodes(cached.readings, query.codes);
      return { readings: [...readings].sort(byNewest), source: 'cache' };
    }
    const all = await this.store.latest({ ...query, codes: VITAL_SIGN_CODES });
    await this.fill(this.cache, query.patientId, all, cached.asOfMs);
    return { readings: ofCodes(all, query.codes), source: 'database' };
  }

  private async fromDatabase(query: LatestQuery): Promise<LastReadingsAnswer> {
    return { readings: await this.store.latest(query), source: 'database' };
  }

  /** Waited for, since Lambda stops the process behind the answer. */
  private async fill(
    cache: LatestReadings,
    patientId: string,
    readings: readonly Reading[],
    asOfMs: number,
  ): Promise<void> {
    const latest = new LatestByCode();
    for (const reading of readings) latest.add(reading);
    // A failure is logged and counted by the client; the next query fills it.
    await cache.fill(patientId, latest, asOfMs).catch(() => undefined);
  }
}

function ofCodes(readings: readonly Reading[], codes: readonly string[]): readonly Reading[] {
  return readings.filter(({ code }) => codes.includes(code));
}

/** The database's order, by bytes. */
function byNewest(one: Reading, other: Reading): number {
  const [first, second] = [one, other].map(({ observedAt, code, eventId }) => `${observedAt} ${code} ${eventId}`);
  return (first ?? '') < (second ?? '') ? 1 : -1;
}
