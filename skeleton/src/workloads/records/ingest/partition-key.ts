import type { RecordChange, RecordEvent } from '../record-event';

/**
 * What an event's order is kept within: the id of the first patient that it is about, so that one patient's events stay in order in one
 * shard; the event's own id where it is about none.
 */
export function partitionKey({ id, changes }: RecordEvent): string {
  for (const change of changes) {
    const patientId = patientOf(change);
    if (patientId !== undefined) return patientId;
  }
  return id;
}

function patientOf(change: RecordChange): string | undefined {
  if (change.kind === 'merge') return change.survivingId;
  if (change.resourceType === 'Patient') return change.resourceId;
  if (change.kind === 'removal') return undefined;
  const patients = change.references.filter(({ targetType }) => targetType === 'Patient');
  // Whom a resource is about rather than who is named in it besides.
  const subject = patients.find(({ parameter }) => parameter === 'patient' || parameter === 'subject') ?? patients[0];
  return subject?.targetId;
}
