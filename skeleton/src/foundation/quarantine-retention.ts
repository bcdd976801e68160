import type { TenantSettings } from '../tenant';

/** Days that records, which themselves are kept until they are erased, wait in quarantine by default: a quarter to mend what is wrong. */
const RECORDS_DAYS = 90;

/** Days that what could not be stored is kept for replay. Default: as long as observations; 90 for records. */
export function quarantineRetentionDays({ workload, compliance }: TenantSettings): number {
  return (
    compliance.quarantineRetentionDays ?? (workload === 'records' ? RECORDS_DAYS : compliance.observationRetentionDays)
  );
}
