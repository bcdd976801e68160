import type { StopSignal } from '../local/stop-signal';
import type { Teardown } from '../local/teardown';
import type { TenantSettings } from '../src/tenant';

export interface BenchContext {
  readonly tenant: TenantSettings;
  /** Run in the end, however it ends. */
  readonly teardown: Teardown;
  readonly stop: StopSignal;
  readonly say: (text: string) => void;
}

/**
 * What `bench/workloads/<workload>/bench.ts` exports as `runBench`.
 *
 * @param words the command line, without what all workloads have.
 * @returns the exit code: 1 when a bound is missed, 130 when it was told to stop.
 * @throws BenchArgumentError for a wrong command line.
 */
export type RunBench = (words: readonly string[], context: BenchContext) => Promise<number>;
