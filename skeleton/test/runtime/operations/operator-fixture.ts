import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OperatorEnvironment } from '../../../src/runtime/environment';
import { operate, type OperatorOptions, type OperatorProgram } from '../../../src/runtime/operations/program';
import type { TestDatabase } from '../../support/test-database';

export interface Run {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface RunChange {
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** The words are the whole command line. */
  readonly asWritten?: boolean;
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

/** A workload's operator over a database of its own, with a folder for what it writes. */
export abstract class OperatorFixture<Environment extends OperatorEnvironment, Workload> {
  private readonly variablesBefore = { ...process.env };
  readonly folder = mkdtempSync(join(tmpdir(), 'pipeline-operator-'));
  private sequence = 0;

  /** @param ownVariables what the workload's program is told besides the database. */
  protected constructor(
    readonly database: TestDatabase,
    private readonly ownVariables: Readonly<Record<string, string>>,
  ) {
    // Where the SDK looks for endpoint and credentials.
    Object.assign(process.env, database.environment());
  }

  async stop(): Promise<void> {
    process.env = this.variablesBefore;
    rmSync(this.folder, { recursive: true, force: true });
    await this.database.drop();
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  variables(): Record<string, string> {
    return { ...this.database.environment(), ...this.ownVariables };
  }

  /** Runs a command by "Anna Schmidt", unless the words name another operator or none. */
  protected async runProgram(
    program: OperatorProgram<Environment, Workload>,
    words: readonly string[],
    { asWritten, variables, ...options }: RunChange & Partial<OperatorOptions<Environment, Workload>>,
  ): Promise<Run> {
    let out = '';
    let err = '';
    const exitCode = await operate<Environment, Workload>({
      ...program,
      words: asWritten === true ? words : [...words, '--operator', 'Anna Schmidt'],
      variables: { ...this.variables(), ...variables },
      signal: new AbortController().signal,
      write: (text) => (out += text),
      writeError: (text) => (err += text),
      ...options,
    });
    return { exitCode, out, err };
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

  async rows<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.database.owner.query<Row>(text, values)).rows;
  }

  async count(table: string): Promise<number> {
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

  /** Lines of an export, as they were written. */
  exportedLines(name: string): string[] {
    return readFileSync(this.path(name), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  }

  /** Resources of an export. */
  exported(name: string): Array<Record<string, unknown> & { readonly resourceType: string }> {
    return this.exportedLines(name).map(
      (line) => JSON.parse(line) as Record<string, unknown> & { resourceType: string },
    );
  }
}
