/** Judges answers against the schema and against one skeleton, which may carry fewer workloads than the product knows. */
import { RenderingError } from '../errors';
import { describeFault, parseTenantSettings, TenantSettingsError } from './tenant';
import type { SettingFault, TenantSettings } from './tenant';

/**
 * Settings from answers, with every default filled in.
 *
 * @param workloadsPresent names of the workloads that the skeleton holds.
 * @throws RenderingError `ANSWERS_INVALID` with every fault at once.
 */
export function checkAnswers(answers: unknown, workloadsPresent: readonly string[]): TenantSettings {
  const faults: SettingFault[] = [];
  let settings: TenantSettings | undefined;
  try {
    settings = parseTenantSettings(answers);
  } catch (error) {
    if (!(error instanceof TenantSettingsError)) throw error;
    faults.push(...error.faults.filter((fault) => fault.field !== 'workload'));
  }
  const workload = workloadOf(answers);
  if (!workloadsPresent.some((present) => present === workload)) {
    faults.push({
      field: 'workload',
      value: workload,
      legal: `one of ${workloadsPresent.join(', ')}: the workloads that this skeleton holds`,
    });
  }
  if (settings === undefined || faults.length > 0) throw answersInvalid(faults);
  return settings;
}

function workloadOf(answers: unknown): unknown {
  return typeof answers === 'object' && answers !== null && Object.hasOwn(answers, 'workload') && 'workload' in answers
    ? answers.workload
    : undefined;
}

function answersInvalid(faults: readonly SettingFault[]): RenderingError {
  const count = faults.length === 1 ? 'One answer is wrong' : `${faults.length} answers are wrong`;
  const lines = faults.map((fault) => `- ${describeFault(fault)}`);
  return new RenderingError('ANSWERS_INVALID', [`${count}:`, ...lines].join('\n'), { faults });
}
