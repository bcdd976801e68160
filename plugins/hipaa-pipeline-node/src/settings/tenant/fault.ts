/** One thing wrong with one field. `field` is the path in the settings, such as `aws.region`. */
export interface SettingFault {
  readonly field: string;
  /** The value as given, for the person to recognize; `undefined` where it is missing. */
  readonly value: unknown;
  /** What would be right, as a phrase that fits after "expected". */
  readonly legal: string;
}

/** Wrong settings: every fault at once, one a line. */
export class TenantSettingsError extends Error {
  constructor(readonly faults: readonly SettingFault[]) {
    super(`The tenant's settings are wrong:\n${faults.map((fault) => `- ${describeFault(fault)}`).join('\n')}`);
    this.name = 'TenantSettingsError';
  }
}

const SHOWN_VALUE_MAX_LENGTH = 120;

/** One line for a person: field, value, what is legal. */
export function describeFault({ field, value, legal }: SettingFault): string {
  if (value === undefined) return `${field} is missing: expected ${legal}`;
  const json = JSON.stringify(value) ?? String(value);
  const shown = json.length > SHOWN_VALUE_MAX_LENGTH ? `${json.slice(0, SHOWN_VALUE_MAX_LENGTH)}…` : json;
  return `${field} is ${shown}: expected ${legal}`;
}
