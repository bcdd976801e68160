import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { DatabaseFigures } from './figures';
import type { InFlight } from './in-flight';
import type { LocalOutputs } from '../outputs';

/** What a workload's demo is given. */
export interface DemoContext {
  readonly client: KinesisClient;
  readonly streamName: string;
  /** Ends with a slash. */
  readonly apiUrl: string;
  readonly outputs: LocalOutputs;
  readonly patients: number;
  /** The same seed gives the same patients. */
  readonly seed: string;
  /** Is told of every record that was put. */
  readonly inFlight: InFlight;
  readonly figures: DatabaseFigures;
  readonly say: (text: string) => void;
}

/** Simulated patients of one workload, whose data go to the stream until somebody stops the demo. */
export interface WorkloadDemo {
  /** Sends what comes first, and says what can be asked for. @throws when Kinesis goes on refusing it. */
  begin(): Promise<void>;
  /** Sends all that is due by `nowMs`, milliseconds since 1970. @throws when Kinesis goes on refusing it. */
  sendDue(nowMs: number): Promise<void>;
  /** The 99th percentile of the time until an event of the last `seconds` was stored; `undefined` when none was. */
  latencyP99Ms(seconds: number): Promise<number | undefined>;
  /** Every event that is stored, counted one by one: slow, and true. `undefined` where the database does not answer. */
  storedCount(): Promise<number | undefined>;
  /** What a line of the report tells beside the counts, such as `alarms 3`. */
  notes(): readonly string[];
}

/** What `local/workloads/<workload>/demo.ts` exports as `openDemo`. */
export type OpenDemo = (context: DemoContext) => WorkloadDemo;
