import type { DocumentReference } from 'fhir/r4';
import type { PoolClient } from 'pg';
import type { PatientDataWorkload, Person } from './operated-workload';
import { throwIfStopped } from './patience';
import { accessesOf } from './patient-accesses';
import { partPayload, type PatientMentions } from './patient-mentions';
import {
  positionArrays,
  POSITION_COLUMNS,
  POSITIONS_TABLE,
  type QuarantinePosition,
  type QuarantineRow,
  type QuarantineSelection,
  PAYLOAD_BYTES_MAX,
  ROWS_MAX,
  SELECT_POSITION,
  SELECT_ROW,
} from './quarantine-rows';
import { JsonLines, type Sink } from './sink';
import { inSnapshot, streamRows } from './snapshot';
import type { DatabasePool } from '../postgres/pool';

export interface ExportCounts {
  readonly resourcesCount: number;
  /** Quarantined events that mention the patient. */
  readonly quarantinedCount: number;
  readonly accessesCount: number;
}

export interface ExportOptions {
  readonly pool: DatabasePool;
  readonly workload: Pick<PatientDataWorkload, 'resourcesOf'>;
  readonly person: Person;
  /** Names the pipeline as the observer of accesses. */
  readonly observer: string;
  readonly sink: Sink;
  readonly signal: AbortSignal;
}

/**
 * Writes everything that is stored about a patient, as lines of JSON (`application/fhir+ndjson`): the workload's resources,
 * events of the quarantine that mention the patient (DocumentReference), and who accessed the data (AuditEvent). All of it is
 * one state of the database, read by cursors, so memory does not grow with the number of rows.
 *
 * @throws what the database or the sink throws.
 */
export async function exportPatient(options: ExportOptions): Promise<ExportCounts> {
  const { pool, workload, person, observer, sink, signal } = options;
  const lines = new JsonLines(sink);
  const writeAll = async (resources: AsyncIterable<object | string>): Promise<number> => {
    let count = 0;
    for await (const resource of resources) {
      throwIfStopped(signal);
      await lines.write(typeof resource === 'string' ? resource : JSON.stringify(resource));
      count += 1;
    }
    return count;
  };
  const counts = await inSnapshot(pool, async (client) => ({
    resourcesCount: await writeAll(workload.resourcesOf(client, person)),
    quarantinedCount: await writeAll(quarantinedOf(client, person)),
    accessesCount: await writeAll(accessesOf(client, person.ids, observer)),
  }));
  await lines.flush();
  return counts;
}

/** Events that may mention a patient: whether they do shows only in their payload. */
export function eventsMayMention({ needles }: PatientMentions): QuarantineSelection {
  const condition = 'EXISTS (SELECT FROM unnest($1::bytea[]) AS needle WHERE position(needle IN payload) > 0)';
  return { condition, values: [needles] };
}

async function* quarantinedOf(client: PoolClient, person: Person): AsyncGenerator<DocumentReference> {
  const { condition, values } = eventsMayMention(person.mentions);
  const text = `SELECT ${SELECT_POSITION}, octet_length(payload) AS bytes FROM quarantine WHERE ${condition}
    ORDER BY quarantined_at, ${POSITION_COLUMNS}`;
  let group: QuarantinePosition[] = [];
  let groupBytes = 0;
  for await (const candidate of streamRows<QuarantinePosition & { readonly bytes: number }>(client, text, [
    ...values,
  ])) {
    if (group.length === ROWS_MAX || (group.length > 0 && groupBytes + candidate.bytes > PAYLOAD_BYTES_MAX)) {
      yield* documentsOf(client, group, person);
      group = [];
      groupBytes = 0;
    }
    group.push(candidate);
    groupBytes += candidate.bytes;
  }
  yield* documentsOf(client, group, person);
}

async function* documentsOf(
  client: PoolClient,
  candidates: readonly QuarantinePosition[],
  { patientId, mentions }: Person,
): AsyncGenerator<DocumentReference> {
  if (candidates.length === 0) return;
  const { rows } = await client.query<QuarantineRow & { readonly at: Date }>(
    `SELECT ${SELECT_ROW}, payload, quarantined_at AS at FROM quarantine JOIN ${POSITIONS_TABLE} USING (${POSITION_COLUMNS})
     ORDER BY quarantined_at, ${POSITION_COLUMNS}`,
    positionArrays(candidates),
  );
  for (const row of rows) {
    const { mentioning } = partPayload(row.payload, mentions);
    if (mentioning !== undefined) yield toDocument(row, mentioning, patientId);
  }
}

/** An event that could not be read is a document that mentions the patient; no more is known of it. */
function toDocument(
  row: QuarantineRow & { readonly at: Date },
  data: Uint8Array,
  patientId: string,
): DocumentReference {
  return {
    resourceType: 'DocumentReference',
    id: row.quarantineId,
    status: 'current',
    subject: { reference: `Patient/${patientId}` },
    date: row.at.toISOString(),
    description: `An event that could not be stored. ${row.reason}.`,
    content: [
      {
        attachment: { contentType: 'application/octet-stream', data: Buffer.from(data).toString('base64') },
      },
    ],
  };
}
