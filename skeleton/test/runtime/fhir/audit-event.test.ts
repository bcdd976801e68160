import { schemaFaults } from './fhir-schema';
import { auditEvent, type RecordedAccess } from '../../../src/runtime/fhir/audit-event';

const ACCESS: RecordedAccess = {
  recordedAt: '2026-11-23T05:00:00.000001Z',
  requestId: 'r-1',
  principal: 'arn:someone',
  action: 'read',
  resourceType: 'Observation',
  resourceId: 'o-1',
  patientId: 'p-1',
  query: '',
  outcome: 'success',
  status: 200,
  returned: 1,
};

test.each<[Partial<RecordedAccess>, object]>([
  [{}, { action: 'R', outcome: '0', subtype: [{ code: 'read' }], type: { code: 'rest' } }],
  [{ accessId: 'a-1' }, { id: 'a-1' }],
  [
    { action: 'search', query: 'code=1' },
    { action: 'E', subtype: [{ code: 'search-type' }] },
  ],
  [{ action: 'history' }, { action: 'R', subtype: [{ code: 'history-instance' }] }],
  [
    { outcome: 'refused', status: 404 },
    { outcome: '4', outcomeDesc: 'read of Observation: refused, status 404, returned 1' },
  ],
  [{ outcome: 'failed', status: 500 }, { outcome: '8' }],
  [{ action: 'patient.export' }, { action: 'R', type: { code: '110106' } }],
  [{ action: 'patient.erase' }, { action: 'D', type: { code: '110110' } }],
  [{ patientId: null, resourceId: null }, { entity: [{ detail: [{ type: 'request', valueString: 'r-1' }] }] }],
  [{ resourceType: 'Patient', resourceId: 'p-1' }, { entity: [{ what: { reference: 'Patient/p-1' } }, {}] }],
  [{}, { entity: [{ what: { reference: 'Patient/p-1' } }, { what: { reference: 'Observation/o-1' } }] }],
])('an access that %j is told as %j, in a resource that is valid', (change, expected) => {
  const event = auditEvent({ ...ACCESS, ...change }, 'pipeline-test');
  expect(event).toMatchObject({
    agent: [{ altId: 'arn:someone' }],
    source: { observer: { display: 'pipeline-test' } },
    ...expected,
  });
  expect(schemaFaults(event)).toEqual([]);
});
