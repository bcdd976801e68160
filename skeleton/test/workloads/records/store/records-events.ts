import { randomUUID } from 'node:crypto';
import { parseExactJson } from '../../../../src/runtime/fhir/exact-json';
import { isResourceTree, resourceWrite } from '../../../../src/workloads/records/decode/resource-write';
import type {
  PatientMerge,
  RecordChange,
  RecordEvent,
  ResourceRemoval,
  ResourceWrite,
} from '../../../../src/workloads/records/record-event';

/** One submission of some changes. */
export function submission(...changes: readonly RecordChange[]): RecordEvent {
  return { id: randomUUID(), source: 'fhir', changes };
}

/** A resource as the decoder writes it, of an object, or of text where its digits matter. */
export function write(resource: object | string): ResourceWrite {
  const json = parseExactJson(typeof resource === 'string' ? resource : JSON.stringify(resource), 64);
  if ('fault' in json || !isResourceTree(json.exact)) throw new Error('It is no resource.');
  return resourceWrite(json.exact);
}

/** What a source says of its version. */
interface SourceMeta {
  readonly versionId?: string;
  readonly lastUpdated?: string;
}

export function patient(id: string, meta: SourceMeta = {}, change: object = {}): ResourceWrite {
  return write({ resourceType: 'Patient', id, meta, active: true, ...change });
}

/** An observation whose value tells one version from another. */
export function observation(id: string, patientId: string, value: number, meta: SourceMeta = {}): ResourceWrite {
  return write({
    resourceType: 'Observation',
    id,
    meta,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: `code-${value}` }] },
    subject: { reference: `Patient/${patientId}` },
    effectiveDateTime: '2026-11-20T10:00:00Z',
    valueQuantity: { value },
  });
}

export function removal(resourceType: string, resourceId: string, sourceUpdatedAt: string | null = null) {
  return { kind: 'removal', resourceType, resourceId, sourceUpdatedAt } satisfies ResourceRemoval;
}

export function merge(mergedId: string, survivingId: string, mergedAt: string | null = null) {
  return { kind: 'merge', mergedId, survivingId, mergedAt } satisfies PatientMerge;
}
