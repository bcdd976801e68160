import type { AuditEvent, Coding } from 'fhir/r4';
import type { PoolClient } from 'pg';
import { streamRows } from './snapshot';

/** A record of the trail, as it is told to the patient it is about. */
interface AccessRow {
  readonly occurredAt: Date;
  readonly requestId: string;
  readonly principal: string;
  readonly action: string;
  readonly resourceType: string;
  readonly query: string;
  readonly outcome: string;
  readonly status: number;
  readonly returned: number;
}

const ACCESSES_SQL = `
SELECT occurred_at AS "occurredAt", request_id AS "requestId", principal, action, resource_type AS "resourceType", query,
  outcome, status, returned
FROM access_audit WHERE patient_id = $1 ORDER BY occurred_at`;

/** Codes of http://hl7.org/fhir/R4/valueset-audit-event-type.html. */
const REST: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
  code: 'rest',
  display: 'RESTful Operation',
};
const DICOM_AUDIT_SYSTEM = 'http://dicom.nema.org/resources/ontology/DCM';
const EXPORT: Coding = { system: DICOM_AUDIT_SYSTEM, code: '110106', display: 'Export' };
const PATIENT_RECORD: Coding = { system: DICOM_AUDIT_SYSTEM, code: '110110', display: 'Patient Record' };

/** Codes of http://hl7.org/fhir/R4/valueset-audit-event-outcome.html: success, minor and serious failure. */
const OUTCOMES: Readonly<Record<string, AuditEvent['outcome']>> = { refused: '4', failed: '8' };

/**
 * Who has asked for a patient's data, when, and what came of it, as AuditEvents of FHIR R4: what the patient may be told by
 * GDPR Art. 15 (1) and 45 CFR 164.528.
 *
 * @param observer names the pipeline that recorded it.
 */
export async function* accessesOf(client: PoolClient, patientId: string, observer: string): AsyncGenerator<AuditEvent> {
  for await (const row of streamRows<AccessRow>(client, ACCESSES_SQL, [patientId])) {
    yield toAuditEvent(row, patientId, observer);
  }
}

function toAuditEvent(row: AccessRow, patientId: string, observer: string): AuditEvent {
  return {
    resourceType: 'AuditEvent',
    type: typeOf(row.action),
    action: row.action === 'patient.erase' ? 'D' : 'R',
    recorded: row.occurredAt.toISOString(),
    outcome: OUTCOMES[row.outcome] ?? '0',
    outcomeDesc: `${row.action} of ${row.resourceType}: ${row.outcome}, status ${row.status}, returned ${row.returned}`,
    agent: [{ who: { display: row.principal }, requestor: true }],
    source: { observer: { display: observer } },
    entity: [
      {
        what: { reference: `Patient/${patientId}` },
        // An empty one is left out: FHIR allows no empty values.
        ...(row.query === '' ? {} : { query: Buffer.from(row.query, 'utf8').toString('base64') }),
        detail: [{ type: 'request', valueString: row.requestId }],
      },
    ],
  };
}

function typeOf(action: string): Coding {
  if (!action.includes('.')) return REST;
  return action === 'patient.export' ? EXPORT : PATIENT_RECORD;
}
