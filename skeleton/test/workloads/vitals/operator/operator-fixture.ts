import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ObservationOperatorEnvironment,
  parseObservationOperatorEnvironment,
} from '../../../../src/runtime/environment';
import { operate, type OperatorOptions } from '../../../../src/runtime/operations/program';
import type { VitalSignsEvent } from '../../../../src/workloads/vitals/event';
import { vitalsOperations, type VitalsOperationsOptions } from '../../../../src/workloads/vitals/operator-workload';
import { createTestDatabase, type TestDatabase } from '../../../support/test-database';
import { type EventFixture } from '../vital-events';

export interface Run {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface QuarantinedFixture {
  readonly payload: string | Uint8Array;
  /** Default `unknown_code`: as if a decoder of before had not known it. */
  readonly reasonCode?: string;
  /** Default 0. */
  readonly eventIndex?: number;
  /** Default: now. */
  readonly quarantinedAt?: Date;
}

/** The operator's program over a database of its own, with a folder for what it writes. */
export class OperatorFixture {
  static async start(): Promise<OperatorFixture> {
    const fixture = new OperatorFixture(await createTestDatabase({ workload: 'vitals' }));
    // Where the SDK looks for endpoint and credentials.
    Object.assign(process.env, fixture.database.environment());
    return fixture;
  }

  private readonly variablesBefore = { ...process.env };
  readonly folder = mkdtempSync(join(tmpdir(), 'pipeline-operator-'));
  private sequence = 0;

  private constructor(readonly database: TestDatabase) {}

  async stop(): Promise<void> {
    process.env = this.variablesBefore;
    rmSync(this.folder, { recursive: true, force: true });
    await this.database.drop();
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs a command by "Anna Schmidt", unless the words name another operator or none. */
  async run(
    words: readonly string[],
    change: Partial<OperatorOptions<ObservationOperatorEnvironment, VitalSignsEvent>> & RunChange = {},
  ): Promise<Run> {
    let out = '';
    let err = '';
    const { variables, latestReadings, asWritten, ...options } = change;
    const exitCode = await operate<ObservationOperatorEnvironment, VitalSignsEvent>({
      words: asWritten === true ? words : [...words, '--operator', 'Anna Schmidt'],
      variables: { ...this.variables(), ...variables },
      parseEnvironment: parseObservationOperatorEnvironment,
      host: (pool) => ({
        workload: vitalsOperations({ pool, retentionDays: 90, latestReadings, lateFillMs: 10 }),
        close: async () => undefined,
      }),
      signal: new AbortController().signal,
      write: (text) => (out += text),
      writeError: (text) => (err += text),
      ...options,
    });
    return { exitCode, out, err };
  }

  variables(): Record<string, string> {
    return { ...this.database.environment(), OBSERVATION_RETENTION_DAYS: '90' };
  }

  /** Puts events into quarantine. @returns their ids. */
  async quarantine(...events: readonly QuarantinedFixture[]): Promise<string[]> {
    const ids: string[] = [];
    for (const { payload, reasonCode = 'unknown_code', eventIndex = 0, quarantinedAt = new Date() } of events) {
      this.sequence += 1;
      const { rows } = await this.database.owner.query<{ id: string }>(
        `INSERT INTO quarantine (stream_name, shard_id, sequence_number, event_index, reason_code, reason, payload, quarantined_at)
         VALUES ('events-test', 'shardId-000000000000', $1, $2, $3, 'a reason', $4, $5) RETURNING quarantine_id AS id`,
        [String(this.sequence).padStart(20, '0'), eventIndex, reasonCode, Buffer.from(payload), quarantinedAt],
      );
      ids.push(...rows.map(({ id }) => id));
    }
    return ids;
  }

  /** Stores events as the processor would have. */
  async store(...events: readonly EventFixture[]): Promise<void> {
    for (const { id, deviceId, patientId, observedAt, measurements } of events) {
      await this.database.owner.query('SELECT ensure_vital_sign_partition(($1::timestamptz AT TIME ZONE $2)::date)', [
        observedAt,
        'UTC',
      ]);
      for (const { code, value, unit } of measurements) {
        await this.database.owner.query('INSERT INTO vital_sign VALUES ($1, $2, $3, $4, $5, $6, $7)', [
          patientId,
          code,
          observedAt,
          id,
          deviceId,
          value,
          unit,
        ]);
      }
    }
  }

  async rows<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.database.owner.query<Row>(text, values)).rows;
  }

  async count(table: 'vital_sign' | 'quarantine' | 'quarantine_dropped' | 'access_audit'): Promise<number> {
    const [row] = await this.rows<{ count: number }>(`SELECT count(*)::integer AS count FROM ${table}`);
    return row?.count ?? 0;
  }

  /** Reasons of what is in quarantine, in the order of positions. */
  async reasons(): Promise<string[]> {
    const rows = await this.rows<{ code: string }>(
      'SELECT reason_code AS code FROM quarantine ORDER BY sequence_number, event_index',
    );
    return rows.map(({ code }) => code);
  }

  /** Resources of an export. */
  exported(name: string): Array<Record<string, unknown> & { readonly resourceType: string }> {
    return readFileSync(this.path(name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown> & { resourceType: string });
  }

  async clear(): Promise<void> {
    await this.database.owner.query('TRUNCATE quarantine, quarantine_dropped, access_audit, vital_sign');
  }
}

export interface RunChange {
  readonly latestReadings?: VitalsOperationsOptions['latestReadings'];
  /** The words are the whole command line. */
  readonly asWritten?: boolean;
}
