import type { z } from 'zod';
import { LGPD_DEFAULTS } from './constants';
import { crossFieldFaults } from './cross-field-faults';
import { type SettingFault, TenantSettingsError } from './fault';
import { type TenantSettings, tenantSettingsSchema } from './schema';
import { valueAt } from './values';

/**
 * Reads settings and fills in the defaults.
 *
 * @throws TenantSettingsError with every fault, those between fields included.
 */
export function parseTenantSettings(answers: unknown): TenantSettings {
  const result = tenantSettingsSchema.safeParse(answers);
  const faults = [...(result.success ? [] : schemaFaults(result.error, answers)), ...crossFieldFaults(answers)];
  if (!result.success || faults.length > 0) throw new TenantSettingsError(unique(faults));
  return withDefaultsOfLaw(result.data);
}

/** What a law that applies says by itself goes for what the settings leave open. Monitors' raw data is no medical record. */
function withDefaultsOfLaw(settings: TenantSettings): TenantSettings {
  const { compliance, workload } = settings;
  if (!compliance.frameworks.includes('lgpd')) return settings;
  const { processingBasis, legalRetentionDays, legalRetentionBasis } = LGPD_DEFAULTS;
  const isMedicalRecord = workload !== 'vitals';
  const retention = isMedicalRecord ? { legalRetentionDays, legalRetentionBasis } : {};
  return { ...settings, compliance: { processingBasis, ...retention, ...compliance } };
}

function schemaFaults(error: z.ZodError, answers: unknown): SettingFault[] {
  return error.issues.flatMap((issue): SettingFault[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: [...issue.path, key].join('.'),
        value: valueAt(answers, [...issue.path, key]),
        legal: 'no such setting: remove it or mend its name',
      }));
    }
    const legal = issue.code === 'invalid_type' && issue.expected === 'object' ? 'a group of settings' : issue.message;
    return [{ field: issue.path.join('.') || '(settings)', value: valueAt(answers, issue.path), legal }];
  });
}

function unique(faults: readonly SettingFault[]): SettingFault[] {
  const seen = new Map(faults.map((fault) => [`${fault.field}\n${fault.legal}`, fault]));
  return [...seen.values()];
}
