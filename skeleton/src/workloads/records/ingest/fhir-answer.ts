import type { Bundle, Parameters } from 'fhir/r4';
import type { RecordChange, RecordEvent } from '../record-event';

/** The id of the event, by which operators know it, and of the resource that a read will show. */
export function resourceIds({ id, changes }: RecordEvent): Parameters {
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'event', valueUuid: `urn:uuid:${id}` },
      ...changes.map((change) => ({ name: 'resource', valueReference: { reference: referenceTo(change) } })),
    ],
  };
}

/** The same for a transaction: an entry for each that was sent, in its order, and the event's id as that of the Bundle. */
export function transactionIds({ id, changes }: RecordEvent): Bundle {
  return {
    resourceType: 'Bundle',
    id,
    type: 'transaction-response',
    entry: changes.map((change) => ({ response: { status: '202 Accepted', location: referenceTo(change) } })),
  };
}

function referenceTo(change: RecordChange): string {
  return change.kind === 'merge' ? `Patient/${change.survivingId}` : `${change.resourceType}/${change.resourceId}`;
}
