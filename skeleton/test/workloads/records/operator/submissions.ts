/** What hospitals send, small and legal. */

export const ROYAL = 'ROYAL';

export function patient(id: string, change: object = {}) {
  return {
    resourceType: 'Patient',
    id,
    identifier: [{ system: ROYAL, value: `mrn-${id}` }],
    name: [{ family: `Family-of-${id}` }],
    ...change,
  };
}

export function observation(id: string, patientId: string, change: object = {}) {
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { text: 'Heart rate' },
    subject: { reference: `Patient/${patientId}`, display: `Family-of-${patientId}` },
    effectiveDateTime: '2026-11-20T10:00:00Z',
    ...change,
  };
}

/** Members of a group, with a narrative that names them. */
export function group(id: string, patientIds: readonly string[], change: object = {}) {
  return {
    resourceType: 'Group',
    id,
    text: {
      status: 'generated',
      div: `<div xmlns="http://www.w3.org/1999/xhtml">${patientIds.map((one) => `Family-of-${one}`).join(', ')}</div>`,
    },
    type: 'person',
    actual: true,
    member: patientIds.map((one) => ({
      entity: { reference: `Patient/${one}`, display: `Family-of-${one}` },
    })),
    ...change,
  };
}

export function transaction(...entries: ReadonlyArray<{ readonly resourceType: string; readonly id: string }>) {
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: entries.map((resource) => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    })),
  };
}

export function removal(reference: string) {
  return { resourceType: 'Bundle', type: 'transaction', entry: [{ request: { method: 'DELETE', url: reference } }] };
}

let messagesCount = 0;

/** An ADT message about a medical record number of an authority. */
export function adt(
  trigger: 'A04' | 'A08' | 'A40',
  recordNumber: string,
  { authority = ROYAL, family = 'Doe', merged = '', control = '' } = {},
): string {
  messagesCount += 1;
  const segments = [
    `MSH|^~\\&|PAS|ROYAL|PIPELINE|TRUST|20261122100005+0000||ADT^${trigger}|${control === '' ? `MSG-${messagesCount}` : control}|P|2.5.1`,
    'EVN||20261122100000+0000',
    // Of a merge, nothing but who it is: so nothing that is known is written again.
    trigger === 'A40'
      ? `PID|1||${recordNumber}^^^${authority}^MR`
      : `PID|1||${recordNumber}^^^${authority}^MR||${family}^Jane`,
    ...(trigger === 'A40' ? [`MRG|${merged}^^^${authority}^MR`] : []),
    ...(trigger === 'A04' ? [`PV1|1|O|WARD||||||||||||||||V-${recordNumber}^^^${authority}^VN`] : []),
  ];
  return `${segments.join('\r')}\r`;
}
