import { vitalSignByCode } from '../../../src/workloads/vitals/vital-signs';

/** Whether an event may carry this LOINC code with this UCUM unit. */
export function isLegalVitalSign(code: string, unit: string): boolean {
  return Object.hasOwn(vitalSignByCode(code)?.units ?? {}, unit);
}
