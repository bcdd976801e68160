import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Change } from './change';
import type { CostLine, Load } from './cost-line';
import type { MetricName } from '../src/runtime/metrics/metrics';
import type { TenantSettings } from '../src/tenant';

/** What a workload adds to the estimate: `workloadCost` of `cost/workloads/<workload>/cost.ts`. */
export interface WorkloadCost {
  /** What its events are, as a heading of the page begins with it, such as `Vital signs`. */
  readonly events: string;
  /** Mean rate of events, as a part of the peak. */
  readonly meanPartOfPeak: number;
  /** Metrics of every program that its programs never write. */
  readonly metricsUnused: readonly MetricName[];
  /** Settings of its own, each changed by itself. */
  readonly changes: readonly Change[];
  /** Sentences of Markdown that tell what it takes for granted. */
  readonly assumed: string;
  /** Whose month its page estimates. */
  readonly referenceTenants: readonly TenantSettings[];
  /** Its database, and what else it stores in. */
  stores(settings: TenantSettings, load: Load): CostLine[];
  /** Alarms that are its own, beside those of every pipeline. */
  ownAlarms(settings: TenantSettings): number;
}

const FOLDER = join(__dirname, 'workloads');

/** The workloads of this repository, which estimates can be made for. */
export const ESTIMATED_WORKLOADS: readonly string[] = readdirSync(FOLDER).sort();

/**
 * Loads what a workload adds: which ones a repository carries is not known here.
 *
 * @throws Error where this repository does not carry the workload.
 */
export function costOfWorkload(workload: string): WorkloadCost {
  if (!ESTIMATED_WORKLOADS.includes(workload)) {
    throw new Error(
      `No estimate of ${workload} here, only of what this repository carries: ${ESTIMATED_WORKLOADS.join(', ')}.`,
    );
  }
  const loaded = createRequire(__filename)(join(FOLDER, workload, 'cost.ts')) as {
    readonly workloadCost: WorkloadCost;
  };
  return loaded.workloadCost;
}
