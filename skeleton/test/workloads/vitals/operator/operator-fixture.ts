import {
  type ObservationOperatorEnvironment,
  parseObservationOperatorEnvironment,
} from '../../../../src/runtime/environment';
import type { OperatedWorkload } from '../../../../src/runtime/operations/operated-workload';
import type { OperatorOptions } from '../../../../src/runtime/operations/program';
import { STREAM_COMMANDS } from '../../../../src/runtime/operations/stream-commands';
import type { VitalSignsEvent } from '../../../../src/workloads/vitals/event';
import { vitalsOperations, type VitalsOperationsOptions } from '../../../../src/workloads/vitals/operator-workload';
import { OperatorFixture, type Run, type RunChange } from '../../../runtime/operations/operator-fixture';
import { createTestDatabase } from '../../../support/test-database';
import { type EventFixture } from '../vital-events';

interface VitalsRunChange
  extends
    RunChange,
    Partial<Pick<OperatorOptions<ObservationOperatorEnvironment, OperatedWorkload<VitalSignsEvent>>, 's3' | 'signal'>> {
  readonly latestReadings?: VitalsOperationsOptions['latestReadings'];
}

/** The operator's program over a database of its own, with a folder for what it writes. */
export class VitalsOperatorFixture extends OperatorFixture<
  ObservationOperatorEnvironment,
  OperatedWorkload<VitalSignsEvent>
> {
  static async start(): Promise<VitalsOperatorFixture> {
    return new VitalsOperatorFixture(await createTestDatabase({ workload: 'vitals' }), {
      OBSERVATION_RETENTION_DAYS: '90',
    });
  }

  async run(words: readonly string[], { latestReadings, ...change }: VitalsRunChange = {}): Promise<Run> {
    return this.runProgram(
      {
        parseEnvironment: parseObservationOperatorEnvironment,
        commands: STREAM_COMMANDS,
        host: (pool) => ({
          workload: vitalsOperations({ pool, retentionDays: 90, latestReadings, lateFillMs: 10 }),
          close: async () => undefined,
        }),
      },
      words,
      change,
    );
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

  async clear(): Promise<void> {
    await this.database.owner.query('TRUNCATE quarantine, quarantine_dropped, access_audit, vital_sign');
  }
}
