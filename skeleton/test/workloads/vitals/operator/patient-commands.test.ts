import { statSync } from 'node:fs';
import * as fc from 'fast-check';
import { VitalsOperatorFixture } from './operator-fixture';
import { exportPatient } from '../../../../src/runtime/operations/patient-export';
import { mentionsById, partPayload } from '../../../../src/runtime/operations/patient-mentions';
import { replayQuarantine } from '../../../../src/runtime/operations/quarantine-replay';
import { ALL_EVENTS } from '../../../../src/runtime/operations/quarantine-rows';
import type { Sink } from '../../../../src/runtime/operations/sink';
import { vitalsOperations } from '../../../../src/workloads/vitals/operator-workload';
import { schemaFaults } from '../../../runtime/fhir/fhir-schema';
import { eventually } from '../../../support/test-consumer';
import { recordOf, vitalEvent } from '../vital-events';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

const DAY_MS = 86_400_000;

let operator: VitalsOperatorFixture;
beforeAll(async () => {
  operator = await VitalsOperatorFixture.start();
});
afterAll(async () => operator.stop());
afterEach(async () => operator.clear());

let exportsCount = 0;
/** Exports a patient and reads what was written. */
async function exported(patientId: string) {
  exportsCount += 1;
  const name = `export-${exportsCount}.ndjson`;
  const run = await operator.run(['patient', 'export', '--patient', patientId, '--output', operator.path(name)]);
  return { ...run, name, resources: operator.exported(name) };
}

const typesOf = (resources: ReadonlyArray<{ resourceType: string }>) => [
  ...new Set(resources.map(({ resourceType }) => resourceType)),
];

describe('patient export', () => {
  test('writes readings, quarantined events and accesses, each a legal resource of FHIR R4', async () => {
    const event = vitalEvent({ patientId: 'p-1' });
    await operator.store(event, vitalEvent({ patientId: 'p-12' }));
    await operator.quarantine({ payload: JSON.stringify({ ...event, version: '9' }), reasonCode: 'unknown_version' });
    await operator.rows(
      `INSERT INTO access_audit VALUES (now(), 'request-7', 'arn:aws:iam::1:role/ward', 'search', 'Observation', 'p-1',
         'patient=p-1', 'success', 200, 3)`,
    );

    const { exitCode, resources, out, name } = await exported('p-1');

    expect(exitCode).toBe(0);
    expect(resources.map(({ resourceType }) => resourceType)).toEqual([
      'Observation',
      'DocumentReference',
      'AuditEvent',
      'AuditEvent',
    ]);
    expect(resources.flatMap(schemaFaults)).toEqual([]);
    expect(resources[0]).toMatchObject({
      id: expect.stringContaining(event.id),
      subject: { reference: 'Patient/p-1' },
      valueQuantity: { value: 72, unit: '/min' },
      effectiveDateTime: event.observedAt,
    });
    const data = Reflect.get(Object(resources[1]?.content), 0) as { attachment: { data: string } };
    expect(JSON.parse(Buffer.from(data.attachment.data, 'base64').toString())).toMatchObject({ id: event.id });
    expect(resources[2]).toMatchObject({ agent: [{ who: { display: 'arn:aws:iam::1:role/ward' } }] });
    expect(resources[3]).toMatchObject({ agent: [{ who: { display: 'Anna Schmidt (local)' } }] });
    expect(out).toContain('1 resource, 1 quarantined event, 2 accesses.');
    expect((statSync(operator.path(name)).mode % 0o1000).toString(8)).toBe('600');
  });

  test('of an unknown patient is empty but for its own record, and says to compare the id', async () => {
    const { exitCode, resources, out } = await exported('nobody');

    expect({ exitCode, types: typesOf(resources) }).toEqual({ exitCode: 0, types: ['AuditEvent'] });
    expect(out).toContain('Nothing was stored about the patient: compare the id');
  });

  test('gives no line of another patient, though both came in one record', async () => {
    const [own, other] = [
      JSON.stringify(vitalEvent({ patientId: 'p-1' })),
      JSON.stringify(vitalEvent({ patientId: 'p-2' })),
    ];
    await operator.quarantine({ payload: `${other}\n${own}`, eventIndex: -1 });

    const { resources } = await exported('p-1');

    const document = resources.find(({ resourceType }) => resourceType === 'DocumentReference');
    const { attachment } = Reflect.get(Object(document?.content), 0) as { attachment: { data: string } };
    expect(Buffer.from(attachment.data, 'base64').toString()).toBe(own);
  });

  test('finds events in whatever form they name the patient', async () => {
    await operator.quarantine(
      { payload: 'PID|1||p-1^^^HOSPITAL' },
      { payload: Buffer.from('{"patientId":"p-1"}', 'utf16le') },
      { payload: '{"patientId":"p\\u002d1"}' },
      { payload: '{"patientId":"p-12"}' },
      { payload: '{"patientId":"xp-1"}' },
    );

    expect((await exported('p-1')).out).toContain('3 quarantined events');
  });

  test('hands on in small pieces what it reads by a cursor, however much there is', async () => {
    await operator.database.owner.query('SELECT ensure_vital_sign_partition(current_date)');
    await operator.database.owner.query(
      `INSERT INTO vital_sign SELECT 'long', '8867-4', current_date + make_interval(secs => n), gen_random_uuid(), 'd',
         60, '/min' FROM generate_series(1, 10000) AS n`,
    );
    const chunks: Uint8Array[] = [];
    const cursors: unknown[] = [];
    const pool = operator.database.pool('pipeline_operator');
    const { resourcesOf, identify } = vitalsOperations({ pool, retentionDays: 90, latestReadings: undefined });
    const sink: Sink = {
      place: 'memory',
      write: async (chunk) => void chunks.push(chunk),
      close: async () => undefined,
      discard: async () => undefined,
    };

    const counts = await exportPatient({
      pool,
      sink,
      workload: {
        resourcesOf: async function* (client, person) {
          for await (const resource of resourcesOf(client, person)) {
            if (cursors.length === 0) cursors.push(...(await client.query('SELECT name FROM pg_cursors')).rows);
            yield resource;
          }
        },
      },
      person: await identify('long'),
      observer: 'test',
      signal: new AbortController().signal,
    });

    expect(counts.resourcesCount).toBe(10_000);
    expect(
      new Set(
        Buffer.concat(chunks)
          .toString()
          .match(/"id":"[^"]+"/g),
      ).size,
    ).toBe(10_000);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(300_000);
    expect(cursors).toEqual([{ name: 'streamed' }]);
  });

  test('leaves no file when it fails in the middle', async () => {
    await operator.store(vitalEvent({ patientId: 'p-1' }));
    await operator.database.owner.query('REVOKE SELECT ON quarantine FROM pipeline_operator');
    try {
      const file = operator.path('half.ndjson');
      const { exitCode, err } = await operator.run(['patient', 'export', '--patient', 'p-1', '--output', file]);

      expect(exitCode).toBe(1);
      expect(err).toContain('42501');
      expect(() => statSync(file)).toThrow('ENOENT');
      expect(() => statSync(`${file}.partial`)).toThrow('ENOENT');
    } finally {
      await operator.database.owner.query('GRANT SELECT ON quarantine TO pipeline_operator');
    }
  });
});

describe('patient erase', () => {
  const erase = async (patientId: string, change = {}) =>
    operator.run(['patient', 'erase', '--patient', patientId, '--because', 'GDPR Art. 17, letter of 3 May'], change);

  test('leaves nothing of the patient, and everything of others', async () => {
    await operator.store(
      vitalEvent({ patientId: 'p-1' }),
      vitalEvent({ patientId: 'p-1', observedAt: new Date(Date.now() - 3 * DAY_MS).toISOString() }),
      vitalEvent({ patientId: 'p-12' }),
    );
    await operator.quarantine({ payload: '{"patientId":"p-1"}' }, { payload: '{"patientId":"p-12"}' });

    const { exitCode, out } = await erase('p-1');

    expect(exitCode).toBe(0);
    expect(out).toContain('Erased 2 rows and 1 quarantined event.\n');
    for (const place of ['the stream', 'backups', 'exports', 'the record of accesses', 'are stored again']) {
      expect(out).toContain(place);
    }
    expect(typesOf((await exported('p-1')).resources)).toEqual(['AuditEvent']);
    expect(typesOf((await exported('p-12')).resources)).toEqual(['Observation', 'DocumentReference', 'AuditEvent']);
  });

  test('is on record with who, why and how much, before and after', async () => {
    await operator.store(vitalEvent({ patientId: 'p-1' }));
    await erase('p-1');

    expect(await operator.rows('SELECT * FROM access_audit ORDER BY occurred_at')).toMatchObject([
      {
        action: 'patient.erase',
        principal: 'Anna Schmidt (local)',
        patient_id: 'p-1',
        query: 'because=GDPR+Art.+17%2C+letter+of+3+May',
        outcome: 'started',
      },
      { outcome: 'success', returned: 1 },
    ]);
  });

  test('takes the patient’s lines out of a record, and leaves those of others at their places', async () => {
    const [own, other] = [
      JSON.stringify(vitalEvent({ patientId: 'p-1' })),
      JSON.stringify(vitalEvent({ patientId: 'p-2' })),
    ];
    await operator.quarantine({ payload: `${own}\n${other}\n${own}`, eventIndex: -1 });

    const { out } = await erase('p-1');

    expect(out).toContain("Of 1 quarantined record the patient's lines were taken out");
    const [row] = await operator.rows<{ payload: Buffer }>('SELECT payload FROM quarantine');
    expect(row?.payload.toString()).toBe(`\n${other}\n`);
    await operator.run(['quarantine', 'replay']);
    expect(await operator.rows('SELECT patient_id FROM vital_sign')).toEqual([{ patient_id: 'p-2' }]);
  });

  test('is refused while a law has the youngest reading kept, with the law and the date', async () => {
    const observedAt = new Date(Date.now() - 20 * DAY_MS);
    await operator.store(vitalEvent({ patientId: 'p-1', observedAt: observedAt.toISOString() }));
    await operator.quarantine({ payload: '{"patientId":"p-1"}', quarantinedAt: new Date(Date.now() - 40 * DAY_MS) });
    const variables = { LEGAL_RETENTION_DAYS: '30', LEGAL_RETENTION_BASIS: 'BGB § 630f (3)' };

    const { exitCode, out, err } = await erase('p-1', { variables });

    expect(exitCode).toBe(4);
    expect(err).toContain('Erasure is refused: BGB § 630f (3) has data kept for 30 days.');
    expect(err).toContain(new Date(observedAt.getTime() + 30 * DAY_MS).toISOString());
    expect(out).toContain('Nothing was erased.');
    expect([await operator.count('vital_sign'), await operator.count('quarantine')]).toEqual([1, 1]);
    expect(await operator.rows('SELECT outcome, status FROM access_audit ORDER BY occurred_at')).toEqual([
      { outcome: 'started', status: 0 },
      { outcome: 'refused', status: 4 },
    ]);
  });

  test('is refused while a law has an event in quarantine kept', async () => {
    await operator.quarantine({ payload: '{"patientId":"p-12"}' }, { payload: '{"patientId":"p-1"}' });
    const variables = { LEGAL_RETENTION_DAYS: '30', LEGAL_RETENTION_BASIS: 'BGB § 630f (3)' };

    expect((await erase('p-1', { variables })).exitCode).toBe(4);
    expect((await erase('p-2', { variables })).exitCode).toBe(0);
  });

  test('is done once the law no longer has it kept', async () => {
    await operator.store(
      vitalEvent({ patientId: 'p-1', observedAt: new Date(Date.now() - 31 * DAY_MS).toISOString() }),
    );
    const variables = { LEGAL_RETENTION_DAYS: '30', LEGAL_RETENTION_BASIS: 'BGB § 630f (3)' };

    expect((await erase('p-1', { variables })).exitCode).toBe(0);
    expect(await operator.count('vital_sign')).toBe(0);
  });

  test('removes more than fits into one step', async () => {
    await operator.database.owner.query('SELECT ensure_vital_sign_partition(current_date)');
    await operator.database.owner.query(
      `INSERT INTO vital_sign SELECT 'long', '8867-4', current_date + make_interval(secs => n), gen_random_uuid(), 'd', 60,
         '/min' FROM generate_series(1, 20001) AS n`,
    );

    expect((await erase('long')).out).toContain('Erased 20001 rows');
    expect(await operator.count('vital_sign')).toBe(0);
  });

  test('waits for a step of a replay, and finds what it left', async () => {
    const stored = vitalEvent({ patientId: 'p-1' });
    await operator.quarantine(
      // The replay takes it apart: the first line is stored, the second stays as an event of its own.
      { payload: `${JSON.stringify(stored)}\n{"patientId":"p-1"}`, eventIndex: -1 },
      { payload: '{"patientId":"p-1"}' },
    );
    const pool = operator.database.pool('pipeline_operator');
    const workload = vitalsOperations({ pool, retentionDays: 90, latestReadings: undefined });
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    let isUnderWay = false;
    const replay = replayQuarantine(
      {
        pool,
        workload: {
          ...workload,
          prepare: async (...parameters) => {
            isUnderWay = true;
            await gate;
            return workload.prepare(...parameters);
          },
        },
        selection: ALL_EVENTS,
        log: { event: () => undefined },
        signal: new AbortController().signal,
      },
      { examinedCount: 0, storedCount: 0, duplicateCount: 0, stillWrong: new Map() },
    );
    await eventually(
      () => isUnderWay,
      (is) => is,
    );
    const erasure = erase('p-1');
    await eventually(
      async () => operator.rows('SELECT FROM pg_locks WHERE NOT granted'),
      (waiting) => waiting.length > 0,
    );
    goOn();
    await Promise.all([replay, erasure]);

    expect([await operator.count('vital_sign'), await operator.count('quarantine')]).toEqual([0, 0]);
  });

  test('removes what the cache has, twice, since a query may fill it in between', async () => {
    await operator.store(vitalEvent({ patientId: 'p-1' }));
    const forgotten: Array<{ patientId: string; rows: number }> = [];
    const latestReadings = {
      update: async () => undefined,
      forget: async (patientId: string) => {
        forgotten.push({ patientId, rows: await operator.count('vital_sign') });
      },
    };

    expect((await erase('p-1', { latestReadings })).exitCode).toBe(0);
    expect(forgotten).toEqual([
      { patientId: 'p-1', rows: 0 },
      { patientId: 'p-1', rows: 0 },
    ]);
  });

  test('says that the cache could not be reached, and how long it keeps', async () => {
    await operator.store(vitalEvent({ patientId: 'p-1' }));
    const away = async () => Promise.reject(new Error('The cache is away.'));

    const { exitCode, err } = await erase('p-1', { latestReadings: { update: away, forget: away } });

    expect(exitCode).toBe(1);
    expect(err).toContain('the cache could not be reached: what it has is gone within a day');
    expect(await operator.count('vital_sign')).toBe(0);
  });

  test.each([
    [['--because', 'a letter'], 'patient erase needs --patient'],
    [['--patient', 'p-1'], 'patient erase needs --because'],
    [['--patient', 'p 1', '--because', 'a letter'], '--patient is wrong: expected a FHIR id'],
    [['--patient', '', '--because', 'a letter'], '--patient is wrong'],
    [['--patient', 'x'.repeat(65), '--because', 'a letter'], '--patient is wrong'],
    [['--patient', "p'; DROP TABLE vital_sign", '--because', 'a letter'], '--patient is wrong'],
  ])('refuses %j without a look at the database', async (words, fault) => {
    const { exitCode, err } = await operator.run(['patient', 'erase', ...words], {
      variables: { DATABASE_PORT: '9' },
    });

    expect(exitCode).toBe(2);
    expect(err).toContain(fault);
  });
});

test('export, erase, export: what was there is gone, whatever it was', async () => {
  const patientIds = ['p-1', 'p-12', 'x.p-1'] as const;
  const arbitraryEvent = fc.record({
    patientId: fc.constantFrom(...patientIds),
    isStored: fc.boolean(),
    neighbours: fc.array(fc.constantFrom(...patientIds), { maxLength: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitraryEvent, { maxLength: 6 }),
      fc.constantFrom(...patientIds),
      async (events, patientId) => {
        await operator.clear();
        for (const one of events) {
          const event = vitalEvent({ patientId: one.patientId });
          if (one.isStored) {
            await operator.store(event);
          } else {
            const lines = [event, ...one.neighbours.map((neighbour) => vitalEvent({ patientId: neighbour }))];
            await operator.quarantine({ payload: recordOf(...lines), eventIndex: -1 });
          }
        }
        const others = async () => {
          const resources = [];
          for (const other of patientIds) if (other !== patientId) resources.push(...(await exported(other)).resources);
          return resources
            .filter(({ resourceType }) => resourceType !== 'AuditEvent')
            .map(({ content, id }) => content ?? id);
        };
        const before = await others();

        await operator.run(['patient', 'erase', '--patient', patientId, '--because', 'a property']);

        expect(typesOf((await exported(patientId)).resources)).toEqual(['AuditEvent']);
        expect(await others()).toEqual(before);
      },
    ),
    {
      numRuns: 12,
      // Several events of one moment came in another order once a row had been written again.
      examples: [
        [
          ['p-1', 'p-12', 'p-12', 'p-12'].map((id, index) => ({
            patientId: id as (typeof patientIds)[number],
            isStored: false,
            neighbours: index === 1 ? (['p-1'] as const).slice() : [],
          })),
          'p-1',
        ],
      ],
    },
  );
});

describe('a payload parted by a patient', () => {
  const ids = fc.stringMatching(/^[A-Za-z0-9\-.]{1,12}$/);

  test('mentions an id that stands by itself, in any form, and none that is a part of another', () => {
    fc.assert(
      fc.property(ids, ids, (id, other) => {
        const { isAbout } = mentionsById(id);
        expect(isAbout(Buffer.from(`{"patientId":"${id}"}`))).toBe(true);
        expect(isAbout(Buffer.from(`|${id}^`, 'utf16le'))).toBe(true);
        expect(isAbout(Buffer.from(`{"patientId":"${id}${other}"}`))).toBe(false);
        expect(isAbout(Buffer.from(`{"patientId":"${other}${id}"}`))).toBe(false);
      }),
    );
  });

  test('loses no line of others, moves none, and keeps none of the patient’s', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', '', '{"p":"a"}', 'x b y', ' '), { minLength: 1 });
    fc.assert(
      fc.property(lines, (all) => {
        const { mentioning, others } = partPayload(Buffer.from(all.join('\n')), mentionsById('a'));
        const own = all.filter((one) => /\ba\b/.test(one));
        const rest = all.map((one) => (own.includes(one) ? '' : one));

        expect(mentioning === undefined ? [] : Buffer.from(mentioning).toString().split('\n')).toEqual(own);
        expect(others === undefined ? '' : Buffer.from(others).toString()).toBe(
          rest.some((one) => one.trim() !== '') ? rest.join('\n') : '',
        );
      }),
    );
  });
});
