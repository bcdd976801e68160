import type { AuditEvent, Bundle } from 'fhir/r4';
import { resourceIssues } from '../../../../src/runtime/fhir/validation/resource-issues';
import {
  type Answered,
  BASE_URL,
  bundleOf,
  faults,
  heartRate,
  link,
  patient,
  PRINCIPAL,
  RecordsFixture,
} from '../api/records-fixture';

const INVESTIGATOR = 'arn:aws:sts::111122223333:assumed-role/privacy-officer/session';

let api: RecordsFixture;
beforeAll(async () => {
  api = await RecordsFixture.start();
  await api.store(
    ...['p-1', 'p-2', 'p-old', 'p-older'].map((id) => patient(id)),
    heartRate('o-1', 'p-1'),
    heartRate('o-2', 'p-2'),
    heartRate('o-old', 'p-old'),
  );
  await api.merge('p-older', 'p-old');
  await api.merge('p-old', 'p-1');
});
afterAll(async () => {
  await api.stop();
});
beforeEach(async () => {
  await api.forgetAudit();
});

const getAudit = async (path: string): Promise<Answered> => api.getAudit(path, { principal: INVESTIGATOR });

async function trail(query: string): Promise<AuditEvent[]> {
  return eventsOf(bundleOf(await getAudit(`/AuditEvent?${query}`)));
}

function eventsOf(...bundles: readonly Bundle[]): AuditEvent[] {
  return bundles.flatMap(({ entry = [] }) => entry.map(({ resource }) => resource as AuditEvent));
}

/** Another access for whom, as if it had been then. */
async function accessAt(time: string, patientId: string, principal = PRINCIPAL): Promise<void> {
  await api.database.owner.query(
    `INSERT INTO access_audit (occurred_at, request_id, principal, action, resource_type, patient_id, query, outcome, status, returned)
     VALUES ($1, 'r', $2, 'search', 'Observation', $3, '', 'success', 200, 1)`,
    [time, principal, patientId],
  );
}

describe('an access is told', () => {
  test('by who, what, whose, when and what came of it', async () => {
    await api.get('/Observation?patient=p-2&code=8867-4', { requestId: 'r-1' });
    const { status, headers, body } = await getAudit('/AuditEvent?patient=p-2');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/fhir+json']);
    const bundle = body as Bundle;
    expect(bundle).toEqual({
      resourceType: 'Bundle',
      type: 'searchset',
      link: [{ relation: 'self', url: `${BASE_URL}/AuditEvent?patient=p-2` }],
      entry: [
        {
          fullUrl: `${BASE_URL}/AuditEvent/${eventsOf(bundle)[0]?.id}`,
          search: { mode: 'match' },
          resource: expect.any(Object),
        },
      ],
    });
    expect(eventsOf(bundle)).toEqual([
      {
        resourceType: 'AuditEvent',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        type: {
          system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
          code: 'rest',
          display: 'RESTful Operation',
        },
        subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'search-type' }],
        action: 'E',
        recorded: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
        outcome: '0',
        outcomeDesc: 'search of Observation: success, status 200, returned 1',
        agent: [{ altId: PRINCIPAL, who: { display: PRINCIPAL }, requestor: true }],
        source: { observer: { display: 'records-test' } },
        entity: [
          expect.objectContaining({ what: { reference: 'Patient/p-2' }, role: expect.objectContaining({ code: '1' }) }),
          {
            query: Buffer.from('patient=p-2&code=8867-4').toString('base64'),
            detail: [{ type: 'request', valueString: 'r-1' }],
          },
        ],
      },
    ]);
  });

  test.each([
    ['/Observation/o-1', 'read', 'R', '0'],
    ['/Observation/o-1/_history/1', 'vread', 'R', '0'],
    ['/Observation/o-1/_history', 'history-instance', 'R', '0'],
    ['/Observation?patient=p-1', 'search-type', 'E', '0'],
    ['/Patient/p-1/$everything', 'operation', 'E', '0'],
    ['/Patient/p-1', 'read', 'R', '0'],
    ['/Patient/p-1?colour=red', 'read', 'R', '4'],
    ['/Observation?patient=p-1&date=never', 'search-type', 'E', '4'],
  ])('%s as %s, action %s, outcome %s, in a resource that is valid', async (path, code, action, outcome) => {
    await api.get(path);
    const [event] = await trail('patient=p-1');
    expect(event).toMatchObject({ subtype: [{ code }], action, outcome });
    expect(resourceIssues('AuditEvent', event, 'AuditEvent')).toEqual([]);
    expect(JSON.stringify(event)).not.toContain('heart');
  });

  test('as serious failure when it was ours', async () => {
    await api.database.owner.query('ALTER TABLE resource_version RENAME TO resource_version_gone');
    try {
      const answer = await api.get('/Patient/p-1');
      expect(answer.status).toBe(500);
      expect(answer.text).not.toMatch(/resource_version|relation|42P01|SELECT|\bat /);
    } finally {
      await api.database.owner.query('ALTER TABLE resource_version_gone RENAME TO resource_version');
    }
    expect(await trail('patient=p-1')).toMatchObject([{ outcome: '8' }]);
  });

  test('as a valid resource where nobody was asked for and nobody asked', async () => {
    await api.get('/Observation/nothing', { principal: null });
    const [event] = await trail('altid=unauthenticated');
    expect(event).toMatchObject({ outcome: '4', agent: [{ altId: 'unauthenticated' }] });
    expect(event?.entity).toHaveLength(1);
    expect(resourceIssues('AuditEvent', event, 'AuditEvent')).toEqual([]);
  });

  test.each(['patient.export', 'patient.erase', 'quarantine.show'])(
    'by the operator’s command %s, as a valid resource',
    async (action) => {
      await api.database.owner.query(
        `INSERT INTO access_audit (request_id, principal, action, resource_type, patient_id, query, outcome, status, returned)
       VALUES ('r', 'operator', $1, 'Patient', 'p-1', '', 'success', 200, 7)`,
        [action],
      );
      const [event] = await trail('patient=p-1');
      expect(event).toMatchObject({ action: action === 'patient.erase' ? 'D' : 'R', agent: [{ altId: 'operator' }] });
      expect(resourceIssues('AuditEvent', event, 'AuditEvent')).toEqual([]);
    },
  );
});

describe('the trail', () => {
  test('of a patient has accesses under the ids of those who were merged into the patient, newest first', async () => {
    for (const path of ['/Patient/p-older', '/Observation/o-2', '/Observation/o-old', '/Patient/p-1']) {
      await api.get(path);
    }
    const whose = (events: readonly AuditEvent[]) => events.map(({ entity }) => entity?.[0]?.what?.reference);
    expect(whose(await trail('patient=p-1'))).toEqual(['Patient/p-1', 'Patient/p-old', 'Patient/p-older']);
    await api.forgetAudit();
    for (const path of ['/Patient/p-older', '/Patient/p-1']) await api.get(path);
    expect(whose(await trail('patient=Patient/p-old'))).toEqual(['Patient/p-older']);
    expect(whose(await trail('patient=nobody'))).toEqual([]);
  });

  test.each([
    ['date=2026-01-02', 1],
    ['date=2026-01', 3],
    ['date=ne2026-01-02', 4],
    ['date=gt2026-01-02', 3],
    ['date=ge2026-01-02', 4],
    ['date=lt2026-01-02', 1],
    ['date=le2026-01-02T10:00:00Z', 2],
    ['date=sa2026-01-03', 2],
    ['date=eb2026-01-03', 2],
    ['date=ge2026-01-02&date=lt2026-02', 2],
    ['date=2026-01-01,2026-02-01', 2],
    ['patient=p-2', 1],
    ['patient=p-2&date=2025', 0],
    ['patient=p-1&date=2026-01', 3],
    ['altid=arn:someone', 1],
    ['altid=arn:someone&patient=p-1', 1],
    ['altid=arn:someone&patient=p-2', 0],
    ['altid=arn:nobody', 0],
  ])('is searched by %s', async (query, expected) => {
    await accessAt('2026-01-01T10:00:00Z', 'p-1');
    await accessAt('2026-01-02T10:00:00Z', 'p-1', 'arn:someone');
    await accessAt('2026-01-03T10:00:00Z', 'p-1');
    await accessAt('2026-02-01T10:00:00Z', 'p-1');
    await accessAt('2026-03-01T10:00:00Z', 'p-2');
    // To read the trail adds to it, now.
    expect(await trail(`${query}&date=lt2026-04`)).toHaveLength(expected);
  });

  test('comes in pages, which the accesses that reading it makes do not move', async () => {
    // Some at the very same time.
    for (const minute of [0, 1, 1, 1, 2, 3, 3]) {
      await accessAt(`2026-01-01T10:0${minute}:00.123456Z`, minute % 2 === 0 ? 'p-1' : 'p-old');
    }
    const pages = await api.pages('/AuditEvent?patient=p-1&_count=2', async () => undefined, api.auditApp());
    const events = eventsOf(...pages);
    expect(events.map(({ recorded }) => recorded.slice(14, 16))).toEqual(['03', '03', '02', '01', '01', '01', '00']);
    expect(new Set(events.map(({ id }) => id)).size).toBe(7);
    expect(pages.map(({ entry }) => entry?.length)).toEqual([2, 2, 2, 1]);
  });

  test('refuses a cursor of another search', async () => {
    for (const minute of [0, 1]) await accessAt(`2026-01-01T10:0${minute}:00Z`, 'p-1');
    const next = link(bundleOf(await getAudit('/AuditEvent?patient=p-1&_count=1')), 'next') ?? '';
    const cursor = new URL(next).searchParams.get('_cursor');
    const answer = await getAudit(`/AuditEvent?patient=p-2&_cursor=${cursor}`);
    expect([answer.status, Object.keys(faults(answer))]).toEqual([400, ['_cursor']]);
  });

  test.each([
    ['', 'patient', 'One of patient, altid and date'],
    ['_count=10', 'patient', 'One of patient, altid and date'],
    ['patient=9434765919%20', 'patient', 'legal is "id" or "Patient/id"'],
    ['patient=p-1&patient=p-2', 'patient', 'legal is once'],
    ['patient=p-1,p-2', 'patient', 'legal is "id"'],
    ['date=2026-02-30', 'date', 'day is not between'],
    ['patient=p-1&_count=1001', '_count', 'a whole number from 1 to 1000'],
    ['patient=p-1&action=R', 'action', 'legal are patient, date'],
    ['altid=sys|code', 'altid', 'without a system'],
  ])('does not answer %s', async (query, parameter, legal) => {
    const answer = await getAudit(`/AuditEvent?${query}`);
    expect(answer.status).toBe(400);
    expect(faults(answer)[parameter]).toContain(legal);
    expect(answer.text).not.toContain('9434765919');
  });
});

describe('one record', () => {
  test('is read by its id, and is what the search shows', async () => {
    await api.get('/Observation/o-1');
    const [event] = await trail('patient=p-1');
    const { status, body } = await getAudit(`/AuditEvent/${event?.id}`);
    expect([status, body]).toEqual([200, event]);
  });

  test.each([
    [crypto.randomUUID(), 404],
    ['o-1', 404],
    ['%00', 404],
    [`${crypto.randomUUID()}?colour=red`, 400],
  ])('%s is answered %i, and on record', async (id, expected) => {
    const { status, body } = await getAudit(`/AuditEvent/${id}`);
    expect([status, body.resourceType]).toEqual([expected, 'OperationOutcome']);
    expect(await api.audit()).toMatchObject([{ resource_type: 'AuditEvent', outcome: 'refused', status: expected }]);
  });
});

describe('to read the trail', () => {
  test('is an access to whose data it is about, and is in the trail at once', async () => {
    await api.get('/Observation/o-1');
    const [event] = await trail('patient=p-1');
    await getAudit(`/AuditEvent/${event?.id}`);
    expect(await api.audit()).toMatchObject([
      { principal: PRINCIPAL, resource_type: 'Observation', patient_id: 'p-1' },
      { principal: INVESTIGATOR, action: 'search', resource_type: 'AuditEvent', patient_id: 'p-1', returned: 1 },
      {
        principal: INVESTIGATOR,
        action: 'read',
        resource_type: 'AuditEvent',
        resource_id: event?.id,
        patient_id: 'p-1',
      },
    ]);
    const all = await trail('patient=p-1');
    expect(all).toHaveLength(3);
    for (const one of all) expect(resourceIssues('AuditEvent', one, 'AuditEvent')).toEqual([]);
  });

  test('without a principal is refused, and on record', async () => {
    expect((await api.getAudit('/AuditEvent?patient=p-1', { principal: null })).status).toBe(401);
    expect(await api.audit()).toMatchObject([{ principal: 'unauthenticated', outcome: 'refused', status: 401 }]);
  });

  test('shows nothing when it cannot be recorded', async () => {
    await api.get('/Observation/o-1');
    await api.database.owner.query('REVOKE INSERT ON access_audit FROM pipeline_auditor');
    try {
      const answer = await getAudit('/AuditEvent?patient=p-1');
      expect(answer.status).toBe(503);
      expect(answer.text).not.toMatch(/p-1|o-1|ward-dashboard/);
    } finally {
      await api.database.owner.query('GRANT INSERT ON access_audit TO pipeline_auditor');
    }
  });

  test('is for the trail’s own function: with the rights of the API nothing is shown', async () => {
    const answer = await api.get('/AuditEvent?patient=p-1', {}, {}, api.auditApp(api.connections));
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/access_audit|permission|42501/);
    // And the API itself has no such path.
    expect((await api.get('/AuditEvent?patient=p-1')).status).toBe(404);
  });

  test('is what the CapabilityStatement says of it', async () => {
    const statement = (await api.get('/metadata')).body as {
      rest?: { resource?: { type: string; interaction?: object[]; searchParam?: { name: string }[] }[] }[];
    };
    const offer = statement.rest?.[0]?.resource?.find(({ type }) => type === 'AuditEvent');
    expect(offer?.interaction).toEqual([{ code: 'read' }, { code: 'search-type' }]);
    expect(offer?.searchParam?.map(({ name }) => name)).toEqual([
      'patient',
      'date',
      'altid',
      '_count',
      '_cursor',
      '_format',
    ]);
  });
});
