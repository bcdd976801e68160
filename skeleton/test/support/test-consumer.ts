import { KinesisClient } from '@aws-sdk/client-kinesis';
import type { SampleEvent } from './sample/sample-event';
import { sampleWorkload } from './sample/sample-workload';
import { TestDatabase } from './test-database';
import { createConsumer } from '../../src/runtime/kinesis/consumer';
import { LeaseCoordinator } from '../../src/runtime/kinesis/lease-coordinator';
import type { Workload } from '../../src/runtime/kinesis/workload';
import { EventName } from '../../src/runtime/log/vocabulary';
import { Metrics } from '../../src/runtime/metrics/metrics';
import type { DatabasePool } from '../../src/runtime/postgres/pool';

export interface TestConsumer {
  readonly coordinator: LeaseCoordinator;
  /** Names of the events logged so far, with their fields. */
  readonly logged: Array<{ event: EventName; fields: object | undefined }>;
  readonly metricLines: string[];
  /** Stops it in order. */
  stop(): Promise<void>;
}

export interface TestConsumerOptions<Event> {
  readonly database: TestDatabase;
  readonly client: KinesisClient;
  readonly streamName?: string;
  readonly workerId?: string;
  /** Default 2: short, so that tests of lost leases are. */
  readonly leaseSeconds?: number;
  readonly batchEventsMax?: number;
  /** Hears of the events of each commit, in the order of the commits. */
  readonly committed?: (events: readonly Event[]) => void;
}

/** Runs the sample workload's consumer in this process, on a stream of the double or the emulator. */
export function startTestConsumer(options: TestConsumerOptions<SampleEvent>): TestConsumer {
  return startConsumerOf(() => sampleWorkload, options);
}

/** Runs the consumer of a workload in this process. */
export function startConsumerOf<Event>(
  workloadOf: (pool: DatabasePool) => Workload<Event>,
  options: TestConsumerOptions<Event>,
): TestConsumer {
  const logged: TestConsumer['logged'] = [];
  const metricLines: string[] = [];
  const pool = options.database.pool('pipeline_processor');
  const metrics = new Metrics('test', (line) => metricLines.push(line));
  const coordinator = createConsumer({
    client: options.client,
    streamName: options.streamName ?? 'stream',
    workerId: options.workerId ?? 'worker-1',
    pool,
    workload: { ...workloadOf(pool), ...(options.committed && { committed: options.committed }) },
    pollIntervalMs: 20,
    batchEventsMax: options.batchEventsMax ?? 500,
    leaseSeconds: options.leaseSeconds ?? 2,
    log: { event: (event, fields) => logged.push({ event, fields }) },
    metrics,
  });
  const running = coordinator.run();
  return {
    coordinator,
    logged,
    metricLines,
    stop: async () => {
      coordinator.stop();
      await running;
      metrics.flush();
    },
  };
}

/** Asks again until the answer is the expected one. @throws Error with the last answer when it never is. */
export async function eventually<Value>(
  ask: () => Promise<Value> | Value,
  isRight: (value: Value) => boolean,
  patienceMs = 45_000,
): Promise<Value> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const value = await ask();
    if (isRight(value)) return value;
    if (Date.now() > deadline) throw new Error(`It never came to be; last seen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Rows of a table. */
export async function countOf(database: TestDatabase, table: string): Promise<number> {
  const { rows } = await database.owner.query<{ count: number }>(`SELECT count(*)::integer FROM ${table}`);
  return rows[0]?.count ?? 0;
}
