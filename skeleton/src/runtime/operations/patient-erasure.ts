import { keptUntil, type LegalRetention } from './legal-retention';
import type { PatientDataWorkload, Person } from './operated-workload';
import { type Patience, patiently } from './patience';
import { eventsMayMention } from './patient-export';
import { partPayload } from './patient-mentions';
import { HOLD_QUARANTINE_SQL, RELEASE_QUARANTINE_SQL } from './quarantine-lock';
import {
  deleteRows,
  inTransaction,
  lockRows,
  positionArrays,
  POSITION_COLUMNS,
  type QuarantinePosition,
  type QuarantineRow,
  samePosition,
} from './quarantine-rows';
import { streamRows, inSnapshot } from './snapshot';
import type { DatabasePool } from '../postgres/pool';

export interface ErasureCounts {
  erasedCount: number;
  /** What is of other patients too, and stays for them without what names this one. */
  redactedCount: number;
  /** Quarantined events that were removed. */
  removedEventsCount: number;
  /** Quarantined records of which the patient's lines were taken out, and those of others left. */
  partedRecordsCount: number;
  /** Whether nothing is left in the cache. */
  isForgotten: boolean;
}

export interface ErasureOptions extends Patience {
  readonly pool: DatabasePool;
  readonly workload: Pick<PatientDataWorkload, 'identify' | 'youngestAt' | 'erase' | 'forget'>;
  readonly person: Person;
}

/**
 * From when on a patient's data may be erased, by the youngest of it: stored, or in quarantine.
 *
 * @returns `undefined` when it may be erased now.
 */
export async function erasableFrom(
  { pool, workload, person }: ErasureOptions,
  retention: LegalRetention,
  now: Date,
): Promise<Date | undefined> {
  return keptUntil([await workload.youngestAt(person), await youngestQuarantinedAt(pool, person)], retention, now);
}

/**
 * Removes a patient's data: from the quarantine, from the workload's tables, from the cache, in this order, so that nothing
 * that is on its way from one to the next is passed over. In steps, each its own transaction: whoever kills the program leaves
 * the rest to the next run. Replays wait meanwhile.
 *
 * @param counts is added to as it goes, so that it is right when it ends early, too.
 * @throws OperationError when asked to end; what `pg` throws when the database stays away.
 */
export async function erasePatient(options: ErasureOptions, counts: ErasureCounts): Promise<void> {
  const { pool, workload } = options;
  let { person } = options;
  await pool.use(async (holder) => {
    await holder.query(HOLD_QUARANTINE_SQL);
    // A replay that was under way may have brought other ids.
    person = await patiently(options, async () => workload.identify(person.patientId));
    let after: QuarantinePosition | undefined;
    do {
      const step = await patiently(options, async () => eraseQuarantined({ ...options, person }, after));
      counts.removedEventsCount += step.removedCount;
      counts.partedRecordsCount += step.partedCount;
      after = step.last;
    } while (after !== undefined);
    for (let isDone = false; !isDone;) {
      const step = await patiently(options, async () => workload.erase(person));
      counts.erasedCount += step.erasedCount;
      counts.redactedCount += step.redactedCount;
      isDone = step.isDone;
    }
    await holder.query(RELEASE_QUARANTINE_SQL);
  });
  counts.isForgotten = await workload.forget(person);
}

async function eraseQuarantined({ pool, person: { mentions } }: ErasureOptions, after: QuarantinePosition | undefined) {
  return pool.use(async (client) =>
    inTransaction(client, async () => {
      // Those of another operator are waited for: passed over, they would stay.
      const rows = await lockRows(client, { selection: eventsMayMention(mentions), after, locked: 'wait' });
      const mentioning = rows
        .map((row) => ({ row, parted: partPayload(row.payload, mentions) }))
        .filter(({ parted }) => parted.mentioning !== undefined);
      const removed = mentioning.filter(({ parted }) => parted.others === undefined).map(({ row }) => row);
      await deleteRows(client, removed);
      const partedRows = mentioning.flatMap(({ row, parted: { others } }) =>
        others === undefined ? [] : [{ row, payload: Buffer.from(others) }],
      );
      if (partedRows.length > 0) {
        await client.query(
          `UPDATE quarantine SET payload = chosen.rest
           FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bytea[]) AS chosen (${POSITION_COLUMNS}, rest)
           WHERE ${samePosition('quarantine', 'chosen')}`,
          [...positionArrays(partedRows.map(({ row }) => row)), partedRows.map(({ payload }) => payload)],
        );
      }
      return { removedCount: removed.length, partedCount: partedRows.length, last: rows.at(-1) };
    }),
  );
}

async function youngestQuarantinedAt(pool: DatabasePool, { mentions }: Person): Promise<Date | null> {
  let youngest: Date | null = null;
  await inSnapshot(pool, async (client) => {
    const { condition, values } = eventsMayMention(mentions);
    const text = `SELECT payload, quarantined_at AS at FROM quarantine WHERE ${condition} ORDER BY quarantined_at DESC`;
    // The youngest that does mention the patient decides, and most candidates do.
    for await (const row of streamRows<Pick<QuarantineRow, 'payload'> & { readonly at: Date }>(
      client,
      text,
      [...values],
      1,
    )) {
      if (partPayload(row.payload, mentions).mentioning === undefined) continue;
      youngest = row.at;
      break;
    }
  });
  return youngest;
}
