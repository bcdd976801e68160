import { storeStatement } from '../../../../src/runtime/kinesis/commit-statement';
import type { StoreAnswer } from '../../../../src/runtime/kinesis/event-storage';
import type { DatabasePool } from '../../../../src/runtime/postgres/pool';
import type { RecordEvent } from '../../../../src/workloads/records/record-event';
import { RECORD_STORAGE } from '../../../../src/workloads/records/store';
import { createTestDatabase, type TestDatabase } from '../../../support/test-database';

export interface VersionRow {
  readonly version_id: number;
  readonly deleted: boolean;
  readonly content: string | null;
}

/** The tables of records, filled with the rights that a processor has. */
export class RecordsTables {
  static async create(): Promise<RecordsTables> {
    const database = await createTestDatabase({ workload: 'records' });
    return new RecordsTables(database, database.pool('pipeline_processor'));
  }

  private constructor(
    readonly database: TestDatabase,
    readonly processor: DatabasePool,
  ) {}

  async drop(): Promise<void> {
    await this.database.drop();
  }

  /** Stores submissions as one batch. */
  async store(...events: readonly RecordEvent[]): Promise<StoreAnswer> {
    const { rows } = await this.processor.query<StoreAnswer & Record<string, unknown>>(
      storeStatement(RECORD_STORAGE, events),
    );
    const [answer] = rows;
    if (answer === undefined) throw new Error('The function did not answer.');
    return answer;
  }

  async rows<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.database.owner.query<Row>(text, [...values]);
    return rows;
  }

  /** All versions of a resource, in the order in which they came. */
  async history(resourceType: string, resourceId: string): Promise<VersionRow[]> {
    return this.rows<VersionRow>(
      `SELECT version_id::integer, deleted, content FROM resource_version
       WHERE resource_type = $1 AND resource_id = $2 ORDER BY version_id`,
      [resourceType, resourceId],
    );
  }

  /** The resource as it is; `null` when it is removed, `undefined` when it is not known. */
  async current(resourceType: string, resourceId: string): Promise<Record<string, unknown> | null | undefined> {
    const [row] = await this.rows<VersionRow>(
      `SELECT version_id::integer, version.deleted, content
       FROM resource JOIN resource_version AS version USING (resource_type, resource_id, version_id)
       WHERE resource_type = $1 AND resource_id = $2`,
      [resourceType, resourceId],
    );
    if (row === undefined) return undefined;
    return row.content === null ? null : (JSON.parse(row.content) as Record<string, unknown>);
  }

  /** Codes by which a resource is found. */
  async codes(resourceType: string, resourceId: string): Promise<string[]> {
    const rows = await this.rows<{ code: string }>(
      `SELECT code FROM resource_token WHERE resource_type = $1 AND resource_id = $2 AND parameter = 'code'`,
      [resourceType, resourceId],
    );
    return rows.map(({ code }) => code);
  }
}
