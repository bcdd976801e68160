import type { TenantSettings } from '../../../src/tenant';
import { BUSIEST_HOUR_PART, FILE_MEGABYTES, imagingCapacity } from '../../../src/workloads/imaging/capacity';

const DAYS_PER_MONTH = 30.4;

/** What a tenant's scans come to, on the mean. */
export interface Volume {
  readonly gigabytesPerDay: number;
  readonly gigabytesPerMonth: number;
  readonly filesPerDay: number;
  readonly filesPerMonth: number;
  readonly filesPerSecond: number;
  /** How much more comes in the busiest hour than on the mean of a day. */
  readonly peakRatio: number;
}

/** @throws Error when scans a day, or their size, is not set. */
export function volumeOf({ capacity }: TenantSettings): Volume {
  const { peakMegabytesPerSecond, peakFilesPerSecond } = imagingCapacity(capacity);
  const peakRatio = 24 * BUSIEST_HOUR_PART;
  const gigabytesPerDay = ((peakMegabytesPerSecond / peakRatio) * 86_400) / 1_000;
  const filesPerDay = (gigabytesPerDay * 1_000) / FILE_MEGABYTES;
  return {
    gigabytesPerDay,
    gigabytesPerMonth: DAYS_PER_MONTH * gigabytesPerDay,
    filesPerDay,
    filesPerMonth: DAYS_PER_MONTH * filesPerDay,
    filesPerSecond: peakFilesPerSecond / peakRatio,
    peakRatio,
  };
}
