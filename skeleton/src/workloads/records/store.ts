import type { RecordDecoder } from './decode/decoder';
import type { RecordChange, RecordEvent } from './record-event';
import { functionStorage } from '../../runtime/kinesis/event-storage';
import type { Workload } from '../../runtime/kinesis/workload';

/** Why `store_records` refuses an event, for people. */
export const REFUSAL_REASONS = {
  version_conflict:
    'The resource is stored with other content under the version that meta.versionId names: expected one content a version',
  merge_patient_unknown:
    'A patient of the merge is not stored: expected both; replay the event once the messages that tell of them have come',
  merge_into_itself: 'The merge names one patient twice: expected two',
  merge_already_made: 'The patient was merged into another one before: expected a merge of that other one',
  merge_circular: 'The patient that is to go on was merged, at some remove, into the one that is to be merged into it',
} as const;

/** Function `store_records`: see its migration for how versions are ordered. */
export const RECORD_STORAGE = functionStorage<RecordEvent>({
  name: 'store_records',
  refusalReasons: REFUSAL_REASONS,
  parameterTypes: [
    ...['integer', 'uuid', 'text', 'text', 'text', 'text', 'text', 'text', 'timestamptz'],
    ...['integer', 'text', 'text', 'text'],
    ...['integer', 'text', 'timestamptz', 'timestamptz'],
    ...['integer', 'text', 'text', 'text', 'text'],
  ],
  parameters: (events) => {
    const changes = new Columns(9);
    const tokens = new Columns(4);
    const dates = new Columns(4);
    const references = new Columns(5);
    events.forEach(({ id, changes: made }, index) => {
      for (const change of made) {
        const place = changes.add([index + 1, id, change.kind, ...changeValues(change)]);
        if (change.kind !== 'write') continue;
        for (const { parameter, system, code } of change.tokens) tokens.add([place, parameter, system, code]);
        for (const { parameter, startsAt, endsAt } of change.dates) dates.add([place, parameter, startsAt, endsAt]);
        for (const { path, parameter, targetType, targetId } of change.references) {
          references.add([place, path, parameter, targetType, targetId]);
        }
      }
    });
    return [...changes.arrays, ...tokens.arrays, ...dates.arrays, ...references.arrays];
  },
});

/** Type, id, merged id, content, source's version, source's time. */
function changeValues(change: RecordChange): unknown[] {
  if (change.kind === 'merge') return ['Patient', change.survivingId, change.mergedId, null, null, change.mergedAt];
  const { resourceType, resourceId, sourceUpdatedAt } = change;
  if (change.kind === 'removal') return [resourceType, resourceId, null, null, null, sourceUpdatedAt];
  return [resourceType, resourceId, null, change.content, change.sourceVersion, sourceUpdatedAt];
}

/** Rows, kept as one array a column. */
class Columns {
  readonly arrays: unknown[][];

  constructor(count: number) {
    this.arrays = Array.from({ length: count }, () => []);
  }

  /** @returns the row's place, from 1. */
  add(row: readonly unknown[]): number {
    let count = 0;
    row.forEach((value, index) => (count = this.arrays[index]?.push(value) ?? 0));
    return count;
  }
}

/** The records workload, as the consumer runs it. */
export function recordsWorkload(decoder: Pick<RecordDecoder, 'decodeRecord'>): Workload<RecordEvent> {
  return {
    storage: RECORD_STORAGE,
    decode: (data, now) => decoder.decodeRecord(data, now),
    weightOf: ({ changes }) => changes.length,
    prepare: async () => undefined,
  };
}
