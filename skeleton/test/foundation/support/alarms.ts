import type { Resource, Synthesis } from './synthesis';

/** The alarms of a pipeline: all, and those that tell somebody. */
export function alarmsOf({ resources }: Synthesis): { readonly all: Resource[]; readonly notifying: Resource[] } {
  const all = resources.filter(({ Type }) => /^AWS::CloudWatch::(Composite)?Alarm$/.test(Type));
  const notifying = all.filter(({ Properties }) =>
    JSON.stringify(Properties.AlarmActions ?? []).includes('AlarmTopic'),
  );
  return { all, notifying };
}

/** The physical name of an alarm. */
export function nameOf({ Properties }: Resource): string {
  return String(Properties.AlarmName);
}

/** Every alarm that tells somebody, of any pipeline that stores a stream. */
export const COMMON_ALARMS: readonly string[] = [
  'api-audit',
  'api-blocked',
  'api-errors',
  'api-latency',
  'api-throttled',
  'database-connections',
  'database-cpu',
  'events-quarantined',
  'ingest-errors',
  'ingest-put-failures',
  'ingest-refused',
  'ingest-throttled',
  'iterator-age',
  'lease-lost',
  'processor-tasks',
  'stream-throttled',
  'stream-unread',
];

/** That of the function that changes the password, where the pipeline does. */
export const ROTATION_ALARMS: readonly string[] = ['rotation-errors'];
