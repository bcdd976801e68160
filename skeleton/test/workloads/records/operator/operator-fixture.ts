import { RECORD_RESOURCE_TYPES } from '../../../../src/fhir-r4-types';
import { type OperatorEnvironment, parseOperatorEnvironment } from '../../../../src/runtime/environment';
import { storeStatement } from '../../../../src/runtime/kinesis/commit-statement';
import type { StoreAnswer } from '../../../../src/runtime/kinesis/event-storage';
import type { OperatedWorkload } from '../../../../src/runtime/operations/operated-workload';
import { STREAM_COMMANDS } from '../../../../src/runtime/operations/stream-commands';
import { recordDecoder } from '../../../../src/workloads/records/decode/decoder';
import { decodeHl7 } from '../../../../src/workloads/records/hl7/decode-hl7';
import { REFERENCES_UNRESOLVED } from '../../../../src/workloads/records/operator/references';
import { recordsOperations } from '../../../../src/workloads/records/operator/workload';
import type { RecordEvent } from '../../../../src/workloads/records/record-event';
import { RECORD_STORAGE } from '../../../../src/workloads/records/store';
import { OperatorFixture, type Run, type RunChange } from '../../../runtime/operations/operator-fixture';
import { createTestDatabase } from '../../../support/test-database';

const TYPES = [...RECORD_RESOURCE_TYPES, 'Group', 'Practitioner', 'Task'];

/** Tables that hold what is stored, and what waits. */
const TABLES = [
  'resource_version',
  'resource',
  'resource_token',
  'resource_date',
  'resource_reference',
  'patient_resource',
  'patient_merge',
  'quarantine',
] as const;

const DECODER = recordDecoder({ resourceTypes: TYPES, decodeHl7 });

/** The operator's program of records over a database of its own. */
export class RecordsOperatorFixture extends OperatorFixture<OperatorEnvironment, OperatedWorkload<RecordEvent>> {
  static async start(): Promise<RecordsOperatorFixture> {
    return new RecordsOperatorFixture(await createTestDatabase({ workload: 'records' }), {
      RESOURCE_TYPES: TYPES.join(','),
    });
  }

  private readonly processor = this.database.pool('pipeline_processor');

  async run(words: readonly string[], change: RunChange = {}): Promise<Run> {
    return this.runProgram(
      {
        parseEnvironment: parseOperatorEnvironment,
        commands: [...STREAM_COMMANDS, REFERENCES_UNRESOLVED],
        host: (pool) => ({
          workload: recordsOperations({ pool, decoder: DECODER }),
          close: async () => undefined,
        }),
      },
      words,
      change,
    );
  }

  /** Stores submissions as the processor would, each by itself: objects as JSON, texts as they are. @throws when one is refused. */
  async store(...submissions: ReadonlyArray<object | string>): Promise<void> {
    for (const one of submissions) {
      const decoded = DECODER.decodeEvent(Buffer.from(typeof one === 'string' ? one : JSON.stringify(one)), new Date());
      if ('rejection' in decoded) throw new Error(`refused: ${decoded.rejection.reason}`);
      const { rows } = await this.processor.query<StoreAnswer & Record<string, unknown>>(
        storeStatement(RECORD_STORAGE, [decoded.event]),
      );
      if (rows[0]?.refused.length !== 0) throw new Error(`refused: ${rows[0]?.reason_codes.join(', ')}`);
    }
  }

  /** All that the tables hold, as text, but the trail of accesses, which the law has kept. Payloads as they came. */
  async dump(): Promise<string> {
    const parts: string[] = [];
    for (const table of TABLES) {
      const columns = table === 'quarantine' ? `stored.*, encode(payload, 'escape') AS text` : 'stored.*';
      for (const row of await this.rows(`SELECT ${columns} FROM ${table} AS stored`)) parts.push(JSON.stringify(row));
    }
    return parts.join('\n');
  }

  /** What the tables hold, row by row, sorted: to compare. */
  async state(): Promise<string[]> {
    return (await this.dump()).split('\n').toSorted();
  }

  async clear(): Promise<void> {
    await this.database.owner.query(`TRUNCATE ${TABLES.join(', ')}, quarantine_dropped, access_audit`);
  }
}
