import type { TenantSettings } from '../src/tenant';

/** One setting changed, all others as they were. */
export type Change = (settings: TenantSettings) => {
  readonly setting: string;
  readonly from: unknown;
  readonly to: unknown;
  readonly changed: TenantSettings;
};

type Group = 'capacity' | 'compliance' | 'aws';

/** Changes one setting of a group. `absent` is what a page says where it is not set. */
export function change<Name extends Group, Key extends keyof TenantSettings[Name] & string>(
  name: Name,
  key: Key,
  value: (group: TenantSettings[Name]) => TenantSettings[Name][Key],
  absent = 'none',
): Change {
  return (settings) => {
    const group = settings[name];
    const to = value(group);
    return {
      setting: `${name}.${key}`,
      from: group[key] ?? absent,
      to,
      changed: { ...settings, [name]: { ...group, [key]: to } },
    };
  };
}
