import { ASSUMPTIONS } from './assumptions';
import { change } from './change';
import { round, shardsOf } from './cost-line';
import type { CostLine, Load } from './cost-line';
import { firewallUsd, taskMonthUsd } from './parts';
import { PRICES } from './prices';
import type { PipelineCost } from './workload-cost';
import { PROCESSOR_TASKS_MIN } from '../src/foundation/processor-service';
import type { TenantSettings } from '../src/tenant';

/** Of a pipeline that stores a stream by processors, and takes and answers by functions. */
export const STREAM_PIPELINE: PipelineCost = {
  alarms: { single: 19, combined: 1 },
  endpoints: 5,
  ownKeys: 0,
  loadChanges: [change('capacity', 'peakEventsPerSecond', ({ peakEventsPerSecond = 0 }) => 2 * peakEventsPerSecond)],
  loadOf: ({ capacity }) => `${capacity.peakEventsPerSecond ?? 0} events a second at the peak`,
  peakOf: ({ capacity }) => {
    if (capacity.peakEventsPerSecond === undefined) {
      throw new Error('capacity.peakEventsPerSecond is missing: nothing can be counted without it.');
    }
    return capacity.peakEventsPerSecond;
  },
  programs: processorLine,
  requests: apiLine,
};

function processorLine(settings: TenantSettings, load: Load): CostLine {
  const most = Math.max(PROCESSOR_TASKS_MIN, shardsOf(settings, load));
  return {
    part: 'Processors',
    basis: `${PROCESSOR_TASKS_MIN} tasks, up to ${most}`,
    usd: PROCESSOR_TASKS_MIN * taskMonthUsd(),
    usdAtMost: most * taskMonthUsd(),
  };
}

function apiLine(): CostLine {
  const millions = (ASSUMPTIONS.queriesPerSecond * ASSUMPTIONS.hoursPerMonth * 3_600) / 1e6;
  const perMillion = PRICES.lambdaMillion.usd + 1e6 * ASSUMPTIONS.secondsPerQuery * PRICES.lambdaGigabyteSecond.usd;
  const usd = firewallUsd(millions) + millions * (PRICES.apiMillion.usd + perMillion);
  return { part: 'API and firewall', basis: `${round(millions)} million queries`, usd, usdAtMost: usd };
}
