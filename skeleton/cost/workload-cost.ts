import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Change } from './change';
import type { CostLine, Load } from './cost-line';
import type { Price } from './prices';
import type { MetricName } from '../src/runtime/metrics/metrics';
import type { TenantSettings } from '../src/tenant';

/** What a kind of pipeline is made of. `stream-pipeline.ts` has that of those that store a stream. */
export interface PipelineCost {
  /** Single alarms, the scaling's included, and those that combine others. */
  readonly alarms: { readonly single: number; readonly combined: number };
  /** Interface endpoints, each in every zone. */
  readonly endpoints: number;
  /** Keys beside those of data, telemetry and trail. */
  readonly ownKeys: number;
  /** Settings of its load, each changed by itself, the first of them the one that brings most of it. */
  readonly loadChanges: readonly Change[];
  /** How much comes, in words, such as `1000 events a second at the peak`. */
  loadOf(settings: TenantSettings): string;
  /** Events a second at the peak. Throws when the settings do not say. */
  peakOf(settings: TenantSettings): number;
  /** Its programs that run all the time. */
  programs(settings: TenantSettings, load: Load): CostLine;
  /** What is sent and asked for. */
  requests(settings: TenantSettings, load: Load): CostLine;
}

/** What a workload adds to the estimate: `workloadCost` of `cost/workloads/<workload>/cost.ts`. */
export interface WorkloadCost {
  readonly pipeline: PipelineCost;
  /** What its events are, as a heading of the page begins with it, such as `Vital signs`. */
  readonly events: string;
  /** Prices that only its page lists. Default: none. */
  readonly prices?: Readonly<Record<string, Price>>;
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
