import { ASSUMPTIONS } from './assumptions';
import { PRICES } from './prices';
import { TASK_CPU_UNITS, TASK_MEMORY_MIB } from '../src/foundation/container-task';

const WAF_RULES = 4;

/** A task of any program, for a month, in US dollars. */
export function taskMonthUsd(): number {
  const cores = TASK_CPU_UNITS / 1_024;
  const gigabytes = TASK_MEMORY_MIB / 1_024;
  return ASSUMPTIONS.hoursPerMonth * (cores * PRICES.fargateCoreHour.usd + gigabytes * PRICES.fargateGigabyteHour.usd);
}

/** The firewall and what it inspects, in US dollars. */
export function firewallUsd(millionRequests: number): number {
  return PRICES.wafAcl.usd + WAF_RULES * PRICES.wafRule.usd + millionRequests * PRICES.wafMillion.usd;
}
