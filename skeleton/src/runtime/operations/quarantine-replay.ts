import type { PoolClient } from 'pg';
import type { ReplayedWorkload } from './operated-workload';
import { type Patience, patiently } from './patience';
import { SHARE_QUARANTINE_SQL } from './quarantine-lock';
import {
  deleteRows,
  inTransaction,
  lockRows,
  positionArrays,
  POSITION_COLUMNS,
  type QuarantinePosition,
  type QuarantineRow,
  type QuarantineSelection,
  samePosition,
} from './quarantine-rows';
import { ReplayedInserts } from './replayed-inserts';
import { payloadOf } from '../kinesis/batch';
import { type RejectedEvent, WHOLE_RECORD } from '../kinesis/workload';
import type { DatabasePool } from '../postgres/pool';

/** The largest `integer` of PostgreSQL. */
const EVENT_INDEX_MAX = 2_147_483_647;

export interface ReplayCounts {
  /** Rows of the quarantine that were looked at. */
  examinedCount: number;
  /** Events of which something was stored that was not there. */
  storedCount: number;
  /** Events that were stored already. */
  duplicateCount: number;
  /** Events that stay, by reason. */
  readonly stillWrong: Map<string, number>;
}

export interface ReplayOptions<Event> extends Patience {
  readonly pool: DatabasePool;
  readonly workload: ReplayedWorkload<Event>;
  readonly selection: QuarantineSelection;
}

/**
 * Reads quarantined events with today's decoder, and stores those that are right by now.
 *
 * Some hundreds at a time, in one transaction: events are inserted and taken out of the quarantine together, so whoever kills
 * the program undoes the last step at most. Rows are locked, and those of another operator passed over, so several may run at
 * once. An event that is stored already is not stored again. One that is still wrong stays, with its reason of today. A record
 * that was refused whole and can be read now leaves its wrong lines, each for itself.
 *
 * @param counts is added to as it goes, so that it is right when it ends early, too.
 * @throws OperationError when asked to end; what `pg` throws when the database stays away.
 */
export async function replayQuarantine<Event>(options: ReplayOptions<Event>, counts: ReplayCounts): Promise<void> {
  const chunks = new ReplayChunk(options);
  const { rows } = await patiently(options, async () =>
    options.pool.query<{ now: string }>('SELECT clock_timestamp()::text AS now'),
  );
  // What comes in meanwhile is not ours to judge: a stream of bad events would keep us busy for ever.
  const beganAt = rows[0]?.now;
  const { condition, values } = options.selection;
  const selection = {
    condition: `(${condition}) AND quarantined_at <= $${values.length + 1}::timestamptz`,
    values: [...values, beganAt],
  };
  let after: QuarantinePosition | undefined;
  do {
    const done = await patiently(options, async () => chunks.replay({ selection, after, locked: 'skip' }));
    // The events are stored, whatever becomes of their copies.
    await options.workload.stored(done.events).catch(() => undefined);
    counts.examinedCount += done.examinedCount;
    counts.storedCount += done.storedCount;
    counts.duplicateCount += done.events.length - done.storedCount;
    for (const code of done.stillWrong) counts.stillWrong.set(code, (counts.stillWrong.get(code) ?? 0) + 1);
    after = done.last && behind(done.last);
  } while (after !== undefined);
}

/** Behind a row, and behind the lines that it left: they have been looked at. */
function behind(position: QuarantinePosition): QuarantinePosition {
  return position.eventIndex === WHOLE_RECORD ? { ...position, eventIndex: EVENT_INDEX_MAX } : position;
}

/** What is to become of one row. */
interface Judged<Event> {
  readonly row: QuarantineRow;
  readonly accepted: Array<{ readonly event: Event; readonly eventIndex: number }>;
  readonly rejected: RejectedEvent[];
}

class ReplayChunk<Event> {
  private readonly inserts: ReplayedInserts<Event>;

  constructor(private readonly options: ReplayOptions<Event>) {
    this.inserts = new ReplayedInserts(options.workload);
  }

  async replay(rows: Parameters<typeof lockRows>[1]) {
    return this.options.pool.use(async (client) =>
      inTransaction(client, async () => {
        await client.query(SHARE_QUARANTINE_SQL);
        const locked = await lockRows(client, rows);
        const now = new Date();
        const judged = locked.map((row) => this.judge(row, now));
        const { storedCount, refused } = await this.inserts.insert(
          client,
          judged.flatMap(({ accepted }) => accepted),
        );
        for (const one of judged) setAside(one, refused);
        await settle(client, judged);
        return {
          examinedCount: locked.length,
          storedCount,
          events: judged.flatMap(({ accepted }) => accepted.map(({ event }) => event)),
          stillWrong: judged.flatMap(({ rejected }) => rejected.map(({ reasonCode }) => reasonCode)),
          last: locked.at(-1),
        };
      }),
    );
  }

  private judge(row: QuarantineRow, now: Date): Judged<Event> {
    const { workload } = this.options;
    try {
      if (row.eventIndex === WHOLE_RECORD) {
        const { accepted, rejected } = workload.decodeRecord(row.payload, now);
        return { row, accepted: [...accepted], rejected: [...rejected] };
      }
      const result = workload.decodeEvent(row.payload, now);
      return 'event' in result
        ? { row, accepted: [{ event: result.event, eventIndex: row.eventIndex }], rejected: [] }
        : { row, accepted: [], rejected: [{ ...result.rejected, eventIndex: row.eventIndex }] };
    } catch {
      // A fault of the decoder's own: the event keeps its reason.
      return { row, accepted: [], rejected: [row] };
    }
  }
}

type Refused = Awaited<ReturnType<ReplayedInserts<unknown>['insert']>>['refused'];

/** Moves the events that the database refused to those that stay. */
function setAside<Event>({ row, accepted, rejected }: Judged<Event>, refused: Refused): void {
  for (const item of [...accepted]) {
    const why = refused.get(item);
    if (why === undefined) continue;
    accepted.splice(accepted.indexOf(item), 1);
    const payload = row.eventIndex === WHOLE_RECORD ? payloadOf(row.payload, item.eventIndex) : row.payload;
    rejected.push({ ...why, eventIndex: item.eventIndex, payload });
  }
}

/** Removes what is stored, gives new reasons to what is not, and puts the wrong lines of a record in its place. */
async function settle<Event>(client: PoolClient, judged: ReadonlyArray<Judged<Event>>): Promise<void> {
  const staying = judged.flatMap(({ row, rejected }) =>
    rejected.filter(({ eventIndex }) => eventIndex === row.eventIndex).map((verdict) => ({ row, verdict })),
  );
  const stayingRows = new Set(staying.map(({ row }) => row));
  await deleteRows(
    client,
    judged.flatMap(({ row }) => (stayingRows.has(row) ? [] : [row])),
  );
  await giveReasons(
    client,
    staying.filter(({ row, verdict }) => row.reasonCode !== verdict.reasonCode || row.reason !== verdict.reason),
  );
  const lines = judged.flatMap(({ row, rejected }) =>
    rejected.filter(({ eventIndex }) => eventIndex !== row.eventIndex).map((verdict) => ({ row, verdict })),
  );
  if (lines.length === 0) return;
  // With the time at which the record came: a replay makes nothing live longer than the retention.
  await client.query(
    `INSERT INTO quarantine (${POSITION_COLUMNS}, reason_code, reason, payload, quarantined_at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::bytea[], $8::timestamptz[])
     ON CONFLICT DO NOTHING`,
    [
      ...positionArrays(lines.map(({ row, verdict }) => ({ ...row, eventIndex: verdict.eventIndex }))),
      lines.map(({ verdict }) => verdict.reasonCode),
      lines.map(({ verdict }) => verdict.reason),
      lines.map(({ verdict }) => Buffer.from(verdict.payload)),
      lines.map(({ row }) => row.quarantinedAt),
    ],
  );
}

async function giveReasons(
  client: PoolClient,
  changes: ReadonlyArray<{ readonly row: QuarantineRow; readonly verdict: RejectedEvent }>,
): Promise<void> {
  if (changes.length === 0) return;
  await client.query(
    `UPDATE quarantine SET reason_code = chosen.new_code, reason = chosen.new_reason
     FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[])
       AS chosen (${POSITION_COLUMNS}, new_code, new_reason)
     WHERE ${samePosition('quarantine', 'chosen')}`,
    [
      ...positionArrays(changes.map(({ row }) => row)),
      changes.map(({ verdict }) => verdict.reasonCode),
      changes.map(({ verdict }) => verdict.reason),
    ],
  );
}
