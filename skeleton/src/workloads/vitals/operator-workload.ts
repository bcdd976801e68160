import type { PoolClient } from 'pg';
import { toObservation } from './api/observation';
import type { VitalSignsEvent } from './event';
import type { LatestReadings } from './latest-readings';
import { VitalSignPartitions } from './partitions';
import { LatestByCode, type Reading, readingsOf } from './reading';
import { decodeEvent, decodeRecord } from './record';
import { vitalsWorkload } from './store';
import { pause } from '../../runtime/backoff';
import type { OperatedWorkload, Person } from '../../runtime/operations/operated-workload';
import { mentionsById } from '../../runtime/operations/patient-mentions';
import { streamRows } from '../../runtime/operations/snapshot';
import type { DatabasePool } from '../../runtime/postgres/pool';

/** In the order of the primary key: nothing is sorted, so the first row comes at once, whatever follows. */
const READINGS_SQL = `
SELECT code, to_char(observed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "observedAt",
  event_id AS "eventId", device_id AS "deviceId", value, unit
FROM vital_sign WHERE patient_id = $1
ORDER BY vital_sign.code, vital_sign.observed_at, vital_sign.event_id`;

const ROWS_PER_STEP = 10_000;
const PATIENTS_MAX = 20;
/** The field of an event, found in text that need not be JSON. */
const PATIENT_FIELD = /"patientId"\s*:\s*"([A-Za-z0-9\-.]{1,64})"/g;

/**
 * A query that read the database before an erasure may fill the cache after it. By then it has been answered, or given up:
 * the API's statements take five seconds at the most.
 */
const LATE_FILL_MS = 15_000;

export interface VitalsOperationsOptions {
  readonly pool: DatabasePool;
  readonly retentionDays: number;
  /** Absent where the pipeline has no cache. */
  readonly latestReadings: Pick<LatestReadings, 'update' | 'forget'> | undefined;
  /** How long a cache is watched for late entries after an erasure. Default 15 000. */
  readonly lateFillMs?: number;
}

/** Vital signs as the operator's commands handle them. */
export function vitalsOperations(options: VitalsOperationsOptions): OperatedWorkload<VitalSignsEvent> {
  const { pool, retentionDays, latestReadings, lateFillMs = LATE_FILL_MS } = options;
  const workload = vitalsWorkload(new VitalSignPartitions(pool, retentionDays), retentionDays);
  return {
    storage: workload.storage,
    prepare: workload.prepare,
    decodeRecord: (data, now) => decodeRecord(data, now, retentionDays),
    decodeEvent: (data, now) => decodeEvent(data, now, retentionDays),
    stored: async (events) => {
      if (latestReadings === undefined) return;
      for (const [patientId, latest] of latestByPatient(events)) await latestReadings.update(patientId, latest);
    },
    identify: async (patientId) => ({
      patientId,
      ids: [patientId],
      isMerged: false,
      mentions: mentionsById(patientId),
    }),
    resourcesOf: observationsOf,
    youngestAt: async ({ patientId }) => {
      const text = 'SELECT max(observed_at) AS at FROM vital_sign WHERE patient_id = $1';
      const { rows } = await pool.query<{ at: Date | null }>(text, [patientId]);
      return rows[0]?.at ?? null;
    },
    erase: async ({ patientId }) => {
      const text = 'SELECT erase_vital_signs($1, $2) AS erased';
      const { rows } = await pool.query<{ erased: number }>(text, [patientId, ROWS_PER_STEP]);
      const erasedCount = rows[0]?.erased ?? 0;
      return { erasedCount, redactedCount: 0, isDone: erasedCount < ROWS_PER_STEP };
    },
    forget: async ({ patientId }) => {
      if (latestReadings === undefined) return true;
      try {
        await latestReadings.forget(patientId);
        await pause(lateFillMs);
        await latestReadings.forget(patientId);
        return true;
      } catch {
        // Logged by the cache's client.
        return false;
      }
    },
    patientsOf: (payload) => {
      const text = Buffer.from(payload).toString('latin1');
      const ids = [...text.matchAll(PATIENT_FIELD)].map(([, id = '']) => id);
      return [...new Set(ids)].slice(0, PATIENTS_MAX);
    },
  };
}

async function* observationsOf(client: PoolClient, { patientId }: Person): AsyncGenerator<string> {
  for await (const reading of streamRows<Reading>(client, READINGS_SQL, [patientId])) {
    yield JSON.stringify(toObservation(patientId, reading));
  }
}

function latestByPatient(events: readonly VitalSignsEvent[]): Map<string, LatestByCode> {
  const byPatient = new Map<string, LatestByCode>();
  for (const event of events) {
    const latest = byPatient.get(event.patientId) ?? new LatestByCode();
    byPatient.set(event.patientId, latest);
    for (const reading of readingsOf(event)) latest.add(reading);
  }
  return byPatient;
}
