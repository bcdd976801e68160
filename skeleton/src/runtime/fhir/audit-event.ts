import type { AuditEvent, AuditEventEntity, Coding } from 'fhir/r4';

/** A record of the trail of accesses, as it is told. */
export interface RecordedAccess {
  /** An instant. */
  readonly recordedAt: string;
  readonly requestId: string;
  readonly principal: string;
  /** An `AccessAction`, or a command of the operator's with a dot, such as `patient.export`. */
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string | null;
  readonly patientId: string | null;
  /** As it came, percent-encoded. */
  readonly query: string;
  readonly outcome: string;
  readonly status: number;
  readonly returned: number;
  /** Names the record, where it is read by its name. */
  readonly accessId?: string;
}

const AUDIT_TYPE_SYSTEM = 'http://terminology.hl7.org/CodeSystem/audit-event-type';
const INTERACTION_SYSTEM = 'http://hl7.org/fhir/restful-interaction';
const DICOM_AUDIT_SYSTEM = 'http://dicom.nema.org/resources/ontology/DCM';

/** Codes of http://hl7.org/fhir/R4/valueset-audit-event-type.html. */
const REST: Coding = { system: AUDIT_TYPE_SYSTEM, code: 'rest', display: 'RESTful Operation' };
const EXPORT: Coding = { system: DICOM_AUDIT_SYSTEM, code: '110106', display: 'Export' };
const PATIENT_RECORD: Coding = { system: DICOM_AUDIT_SYSTEM, code: '110110', display: 'Patient Record' };

/** Codes of http://hl7.org/fhir/R4/valueset-audit-event-sub-type.html, where they are other words than ours. */
const INTERACTIONS: Readonly<Record<string, string>> = { search: 'search-type', history: 'history-instance' };

/** Codes of http://hl7.org/fhir/R4/valueset-audit-event-outcome.html: success, minor and serious failure. */
const OUTCOMES: Readonly<Record<string, AuditEvent['outcome']>> = { refused: '4', failed: '8' };

/** Codes of http://terminology.hl7.org/CodeSystem/audit-entity-type and …/object-role. */
const PERSON: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type',
  code: '1',
  display: 'Person',
};
const PATIENT: Coding = { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '1', display: 'Patient' };

/**
 * A record as an AuditEvent of FHIR R4: who, what, whose, when, and what came of it.
 *
 * @param observer names the pipeline that recorded it.
 */
export function auditEvent(access: RecordedAccess, observer: string): AuditEvent {
  const { action, resourceType, outcome, status, returned, principal, recordedAt, accessId } = access;
  const isRest = !action.includes('.');
  return {
    resourceType: 'AuditEvent',
    ...(accessId === undefined ? {} : { id: accessId }),
    type: isRest ? REST : action === 'patient.export' ? EXPORT : PATIENT_RECORD,
    ...(isRest ? { subtype: [{ system: INTERACTION_SYSTEM, code: INTERACTIONS[action] ?? action }] } : {}),
    action: actionCode(action),
    recorded: recordedAt,
    outcome: OUTCOMES[outcome] ?? '0',
    outcomeDesc: `${action} of ${resourceType}: ${outcome}, status ${status}, returned ${returned}`,
    agent: [{ altId: principal, who: { display: principal }, requestor: true }],
    source: { observer: { display: observer } },
    entity: entities(access),
  };
}

/** Codes of http://hl7.org/fhir/R4/valueset-audit-event-action.html: delete, execute, read. */
function actionCode(action: string): AuditEvent['action'] {
  if (action === 'patient.erase') return 'D';
  return action === 'search' || action === 'operation' ? 'E' : 'R';
}

/** Whose data it was, and what was asked for. */
function entities({ patientId, resourceType, resourceId, query, requestId }: RecordedAccess): AuditEventEntity[] {
  const isResource = resourceId !== null && `${resourceType}/${resourceId}` !== `Patient/${patientId}`;
  const asked: AuditEventEntity = {
    ...(isResource ? { what: { reference: `${resourceType}/${resourceId}` } } : {}),
    // An empty one is left out: FHIR allows no empty values.
    ...(query === '' ? {} : { query: Buffer.from(query, 'utf8').toString('base64') }),
    detail: [{ type: 'request', valueString: requestId }],
  };
  if (patientId === null) return [asked];
  return [{ what: { reference: `Patient/${patientId}` }, type: PERSON, role: PATIENT }, asked];
}
