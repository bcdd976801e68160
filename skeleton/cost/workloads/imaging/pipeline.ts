import { IMAGING_PRICES } from './prices';
import { volumeOf } from './volume';
import { SERVICE_TASKS_MIN } from '../../../src/foundation/program-service';
import type { TenantSettings } from '../../../src/tenant';
import {
  FILES_PER_SECOND_OF_A_WORKER,
  FILES_PER_SECOND_OF_AN_UPLOAD_TASK,
  imagingCapacity,
  QUERY_TASKS_MAX,
  REQUESTS_PER_FILE,
} from '../../../src/workloads/imaging/capacity';
import { ASSUMPTIONS } from '../../assumptions';
import { change } from '../../change';
import { round } from '../../cost-line';
import type { CostLine } from '../../cost-line';
import { firewallUsd, taskMonthUsd } from '../../parts';
import { PRICES } from '../../prices';
import type { PipelineCost } from '../../workload-cost';

/** Of imaging: services behind a load balancer, a queue's depth, and a key of pseudonyms with a door to it. */
export const IMAGING_PIPELINE: PipelineCost = {
  alarms: { single: 31, combined: 0 },
  endpoints: 6,
  ownKeys: 1,
  loadChanges: [
    change('capacity', 'scansPerDay', ({ scansPerDay = 0 }) => 2 * scansPerDay),
    change('capacity', 'scanSizeMegabytes', ({ scanSizeMegabytes = 0 }) => 2 * scanSizeMegabytes),
  ],
  loadOf: ({ capacity: { scansPerDay = 0, scanSizeMegabytes = 0 } }) =>
    `${scansPerDay.toLocaleString('en-US')} scans a day of ${scanSizeMegabytes.toLocaleString('en-US')} MB`,
  peakOf: ({ capacity }) => imagingCapacity(capacity).peakEventsPerSecond,
  programs: servicesLine,
  requests: requestsLine,
};

function servicesLine(settings: TenantSettings): CostLine {
  const { filesPerSecond } = volumeOf(settings);
  const { workersMax, uploadTasksMax } = imagingCapacity(settings.capacity);
  const needed = (perTask: number, most: number) =>
    Math.min(most, Math.max(SERVICE_TASKS_MIN, Math.ceil(filesPerSecond / perTask)));
  const tasks =
    needed(FILES_PER_SECOND_OF_A_WORKER, workersMax) +
    needed(FILES_PER_SECOND_OF_AN_UPLOAD_TASK, uploadTasksMax) +
    SERVICE_TASKS_MIN;
  const most = workersMax + uploadTasksMax + QUERY_TASKS_MAX;
  return {
    part: 'Upload, query and workers',
    basis: `${tasks} tasks, up to ${most}`,
    usd: tasks * taskMonthUsd(),
    usdAtMost: most * taskMonthUsd(),
  };
}

function requestsLine(settings: TenantSettings): CostLine {
  const { hoursPerMonth, queriesPerSecond } = ASSUMPTIONS;
  const { filesPerMonth, gigabytesPerMonth, peakRatio } = volumeOf(settings);
  const balancer = hoursPerMonth * IMAGING_PRICES.balancerHour.usd;
  const month = (times: number) => {
    const millions = (times * REQUESTS_PER_FILE * filesPerMonth + queriesPerSecond * hoursPerMonth * 3_600) / 1e6;
    const units = times * gigabytesPerMonth * IMAGING_PRICES.balancerUnitHour.usd;
    return { millions, usd: firewallUsd(millions) + millions * PRICES.apiMillion.usd + balancer + units };
  };
  return {
    part: 'API, firewall and load balancer',
    basis: `${round(month(1).millions)} million requests, ${round(gigabytesPerMonth)} GB`,
    usd: month(1).usd,
    usdAtMost: month(peakRatio).usd,
  };
}
