import { storedOf } from './export';
import { patientsOfPayload } from './mentions';
import { identifyPerson } from './person';
import type { OperatedWorkload } from '../../../runtime/operations/operated-workload';
import type { DatabasePool } from '../../../runtime/postgres/pool';
import type { RecordDecoder } from '../decode/decoder';
import type { RecordEvent } from '../record-event';
import { recordsWorkload } from '../store';

/** Resources with their versions in one transaction, for which processors wait that write the same ones. */
const RESOURCES_PER_STEP = 500;

/**
 * When the source changed it, or, where that is not known or lies ahead, when it came. Of all versions: what a law has kept is
 * the record, with what it said before.
 */
const YOUNGEST_SQL = `
SELECT max(least(source_updated_at, last_updated)) AS at
FROM patient_resource JOIN resource_version USING (resource_type, resource_id)
WHERE patient_id = ANY ($1::text[])`;

const ERASE_SQL = `
SELECT erased_versions AS "erasedCount", redacted_resources AS "redactedCount", is_done AS "isDone"
FROM erase_patient_records($1, $2)`;

interface ErasedRow {
  readonly erasedCount: number;
  readonly redactedCount: number;
  readonly isDone: boolean;
}

export interface RecordsOperationsOptions {
  readonly pool: DatabasePool;
  readonly decoder: RecordDecoder;
}

/**
 * Records as the operator's commands handle them.
 *
 * A person's data is every resource that any version of which was about one of their Patients, those merged into it included.
 * A resource that is another patient's record as well, such as a Group or an appointment of two, is exported as it is; an
 * erasure leaves it to the other one, with what names this person masked: see the migration of `erase_patient_records`.
 */
export function recordsOperations({ pool, decoder }: RecordsOperationsOptions): OperatedWorkload<RecordEvent> {
  const { storage, prepare } = recordsWorkload(decoder);
  return {
    storage,
    prepare,
    decodeRecord: (data, now) => decoder.decodeRecord(data, now),
    decodeEvent: (data, now) => {
      const result = decoder.decodeEvent(data, now);
      // The replay knows the line.
      return 'event' in result ? result : { rejected: { ...result.rejection, eventIndex: 0, payload: data } };
    },
    stored: async () => undefined,
    identify: async (patientId) => identifyPerson(pool, patientId),
    resourcesOf: storedOf,
    youngestAt: async ({ ids }) => {
      const { rows } = await pool.query<{ at: Date | null }>(YOUNGEST_SQL, [ids]);
      return rows[0]?.at ?? null;
    },
    erase: async ({ ids }) => {
      const { rows } = await pool.query<ErasedRow & Record<string, unknown>>(ERASE_SQL, [ids, RESOURCES_PER_STEP]);
      const [step] = rows;
      if (step === undefined) throw new Error('The function that erases did not answer.');
      return step;
    },
    // Nothing of it is copied anywhere.
    forget: async () => true,
    patientsOf: patientsOfPayload,
  };
}
