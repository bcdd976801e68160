import { shardCount } from '../src/foundation/stream';
import { PLANNED_EVENT_BYTES } from '../src/tenant';
import type { TenantSettings } from '../src/tenant';

/** A part of a month's cost, in US dollars. */
export interface CostLine {
  readonly part: string;
  /** What it is counted from. */
  readonly basis: string;
  /** In a month as assumed. */
  readonly usd: number;
  /** When all that scales runs at its limit, the whole month. */
  readonly usdAtMost: number;
}

export interface CostEstimate {
  readonly lines: readonly CostLine[];
  readonly usd: number;
  readonly usdAtMost: number;
}

/** What a pipeline has to carry. */
export interface Load {
  /** Events a second. */
  readonly peak: number;
  readonly mean: number;
  readonly eventsPerMonth: number;
  readonly streamGigabytes: number;
}

export const GIGABYTE = 1e9;
export const SECONDS_PER_DAY = 86_400;

/** Shards that a provisioned stream has. */
export function shardsOf({ capacity, workload }: TenantSettings, { peak }: Load): number {
  return capacity.shards ?? shardCount(peak, PLANNED_EVENT_BYTES[workload]);
}

/** An amount with its noun, which takes an s but for one. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** A figure as people read it: whole from a hundred on, else with one decimal. */
export function round(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : `${Math.round(value * 10) / 10}`;
}
