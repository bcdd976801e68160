import { randomUUID } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { VitalsOperatorFixture } from './operator-fixture';
import { LatestByCode } from '../../../../src/workloads/vitals/reading';
import { recordOf, vitalEvent } from '../vital-events';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

let operator: VitalsOperatorFixture;
beforeAll(async () => {
  operator = await VitalsOperatorFixture.start();
});
afterAll(async () => operator.stop());
afterEach(async () => operator.clear());

const line = (change: Parameters<typeof vitalEvent>[0] = {}) => JSON.stringify(vitalEvent(change));
const WRONG_UNIT = { measurements: [{ code: '8867-4', value: 72, unit: 'bpm' }] };

describe('quarantine list', () => {
  test('counts by reason, with the oldest and the newest', async () => {
    const oldest = new Date('2026-11-01T08:00:00Z');
    await operator.quarantine(
      { payload: 'x', reasonCode: 'event_not_json', quarantinedAt: oldest },
      { payload: 'yy', reasonCode: 'event_not_json', quarantinedAt: new Date('2026-11-02T08:00:00Z') },
      { payload: line(), reasonCode: 'unknown_code' },
    );

    const { exitCode, out, err } = await operator.run(['quarantine', 'list']);

    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    const [first, second, last] = out.split('\n');
    expect(first).toMatch(/^ +2 {2}event_not_json +2026-11-01T08:00:00.000Z to 2026-11-02T08:00:00.000Z {2}a reason$/);
    expect(second).toMatch(/^ +1 {2}unknown_code /);
    expect(last).toBe('3 events in quarantine.');
  });

  test('tells ids and positions of one reason, the oldest first, and how many there are', async () => {
    const [, id] = await operator.quarantine(
      { payload: 'b', quarantinedAt: new Date('2026-11-03T08:00:00Z') },
      { payload: 'aa', quarantinedAt: new Date('2026-11-02T08:00:00Z') },
    );

    const { out } = await operator.run(['quarantine', 'list', '--reason', 'unknown_code', '--limit', '1']);

    expect(out.split('\n')).toEqual([
      expect.stringMatching(`^${id}  2026-11-02 08:00:00\\+00  events-test shardId-000000000000 \\d{20} 0  2 bytes$`),
      '2 events of unknown_code, the oldest 1 shown.',
      '',
    ]);
    expect(id).toMatch(/^[0-9a-f]{12}$/);
  });

  test('says that there is nothing', async () => {
    expect(await operator.run(['quarantine', 'list'])).toEqual({
      exitCode: 0,
      out: '0 events in quarantine.\n',
      err: '',
    });
  });

  test('names the reasons that there are when asked for another', async () => {
    await operator.quarantine({ payload: 'x', reasonCode: 'event_not_json' });

    expect(await operator.run(['quarantine', 'list', '--reason', 'wrong_unit'])).toEqual({
      exitCode: 3,
      out: '',
      err: 'No event is in quarantine for wrong_unit: there are event_not_json.\n',
    });
  });
});

describe('quarantine show', () => {
  test('writes the event to a file of its owner alone, and only its place to the screen', async () => {
    const payload = line({ patientId: 'patient-7', ...WRONG_UNIT });
    const [id = ''] = await operator.quarantine({ payload, reasonCode: 'wrong_unit' });
    const file = operator.path('one.json');

    const { exitCode, out, err } = await operator.run(['quarantine', 'show', '--id', id, '--output', file]);

    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toBe(`Written to ${file}: it is patient data. Delete it when you are done.\n`);
    expect((statSync(file).mode % 0o1000).toString(8)).toBe('600');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject([
      {
        quarantineId: id,
        reasonCode: 'wrong_unit',
        payloadText: payload,
        payloadBase64: Buffer.from(payload).toString('base64'),
      },
    ]);
  });

  test('is on record with the patient whom the event names, before the file is there', async () => {
    const [id = ''] = await operator.quarantine({ payload: line({ patientId: 'patient-7' }) });
    await operator.run(['quarantine', 'show', '--id', id, '--output', operator.path('audited.json')]);

    const records = await operator.rows('SELECT * FROM access_audit ORDER BY occurred_at');
    expect(records).toMatchObject([
      {
        action: 'quarantine.show',
        principal: 'Anna Schmidt (local)',
        resource_type: 'Quarantine',
        patient_id: 'patient-7',
        query: expect.stringContaining(`id=${id}`),
        outcome: 'started',
      },
      { outcome: 'success', status: 0, returned: 1, patient_id: 'patient-7' },
    ]);
  });

  test('shows nothing that cannot be put on record', async () => {
    const [id = ''] = await operator.quarantine({ payload: line() });
    await operator.database.owner.query('REVOKE INSERT ON access_audit FROM pipeline_operator');
    try {
      const file = operator.path('unrecorded.json');
      const { exitCode, err } = await operator.run(['quarantine', 'show', '--id', id, '--output', file]);

      expect(exitCode).toBe(1);
      expect(err).toContain('It failed by error 42501.');
      expect(() => statSync(file)).toThrow('ENOENT');
    } finally {
      await operator.database.owner.query('GRANT INSERT ON access_audit TO pipeline_operator');
    }
  });

  test('says that there is no such event', async () => {
    const { exitCode, out, err } = await operator.run(['quarantine', 'show', '--id', 'abcdef012345']);

    expect({ exitCode, out }).toEqual({ exitCode: 3, out: '' });
    expect(err).toContain('No event in quarantine has the id abcdef012345.');
  });

  test.each([
    ['a file that is there', 'taken.json', 'is there already, and is not overwritten'],
    ['a folder that is not there', 'nowhere/one.json', 'its folder does not exist'],
    ['a folder', '', 'is there already'],
    ['a file as a folder', 'taken.json/one.json', 'its folder is a file'],
  ])('refuses %s, and leaves it as it was', async (_, name, fault) => {
    const [id = ''] = await operator.quarantine({ payload: line() });
    writeFileSync(operator.path('taken.json'), 'mine');

    const { exitCode, err } = await operator.run(['quarantine', 'show', '--id', id, '--output', operator.path(name)]);

    expect(exitCode).toBe(2);
    expect(err).toContain(fault);
    expect(readFileSync(operator.path('taken.json'), 'utf8')).toBe('mine');
  });

  test('asks for a file where there is no bucket', async () => {
    const [id = ''] = await operator.quarantine({ payload: line() });

    expect(await operator.run(['quarantine', 'show', '--id', id])).toMatchObject({
      exitCode: 2,
      err: 'Patient data goes to a file: name a new one by --output FILE.\n',
    });
  });
});

describe('quarantine replay', () => {
  test('stores what is right by now and keeps the rest, with its reason of today', async () => {
    const right = vitalEvent();
    await operator.quarantine(
      { payload: JSON.stringify(right) },
      { payload: line(WRONG_UNIT), reasonCode: 'unknown_code' },
      { payload: '{"broken', reasonCode: 'event_not_json' },
    );

    const { exitCode, out } = await operator.run(['quarantine', 'replay']);

    expect(exitCode).toBe(0);
    expect(out).toContain('Still wrong: 1 of wrong_unit.\n');
    expect(out).toContain('Looked at 3 events: 1 stored, 0 stored before, 2 still wrong.\n');
    expect(await operator.rows('SELECT event_id AS id FROM vital_sign')).toEqual([{ id: right.id }]);
    expect(await operator.reasons()).toEqual(['wrong_unit', 'event_not_json']);
  });

  test('done twice is the same as done once', async () => {
    await operator.quarantine({ payload: line() }, { payload: line() }, { payload: line(WRONG_UNIT) });
    await operator.run(['quarantine', 'replay']);
    const once = [await operator.rows('SELECT * FROM vital_sign'), await operator.rows('SELECT * FROM quarantine')];

    const { out } = await operator.run(['quarantine', 'replay']);

    expect(out).toContain('Looked at 1 event: 0 stored, 0 stored before, 1 still wrong.');
    expect([await operator.rows('SELECT * FROM vital_sign'), await operator.rows('SELECT * FROM quarantine')]).toEqual(
      once,
    );
  });

  test('stores nothing twice that came by another way meanwhile', async () => {
    const event = vitalEvent();
    await operator.store(event);
    await operator.quarantine({ payload: JSON.stringify(event) });

    const { out } = await operator.run(['quarantine', 'replay']);

    expect(out).toContain('0 stored, 1 stored before, 0 still wrong');
    expect([await operator.count('vital_sign'), await operator.count('quarantine')]).toEqual([1, 0]);
  });

  test('looks at one reason, or one event, where it is asked to', async () => {
    const [, , id = ''] = await operator.quarantine(
      { payload: line(), reasonCode: 'unknown_code' },
      { payload: line(), reasonCode: 'wrong_unit' },
      { payload: line(), reasonCode: 'wrong_unit' },
    );

    await operator.run(['quarantine', 'replay', '--id', id]);
    expect(await operator.reasons()).toEqual(['unknown_code', 'wrong_unit']);
    await operator.run(['quarantine', 'replay', '--reason', 'wrong_unit']);
    expect(await operator.reasons()).toEqual(['unknown_code']);
  });

  test('takes a record apart that was refused whole, and leaves its wrong lines with their places and its time', async () => {
    const quarantinedAt = new Date('2026-11-02T08:00:00Z');
    const payload = `${line()}\n\n{"broken\n${line()}\n${line(WRONG_UNIT)}`;
    await operator.quarantine({ payload, eventIndex: -1, reasonCode: 'record_too_many_lines', quarantinedAt });

    const { out } = await operator.run(['quarantine', 'replay']);

    expect(out).toContain('Looked at 1 event: 2 stored, 0 stored before, 2 still wrong.');
    expect(
      await operator.rows(
        'SELECT event_index, reason_code, quarantined_at FROM quarantine ORDER BY sequence_number, event_index',
      ),
    ).toEqual([
      { event_index: 2, reason_code: 'event_not_json', quarantined_at: quarantinedAt },
      { event_index: 4, reason_code: 'wrong_unit', quarantined_at: quarantinedAt },
    ]);
  });

  test('keeps a line that is no UTF-8 as such', async () => {
    await operator.quarantine({ payload: Buffer.from([0xff, 0xfe]), reasonCode: 'event_not_utf8' });
    await operator.run(['quarantine', 'replay']);

    expect(await operator.reasons()).toEqual(['event_not_utf8']);
  });

  test('keeps what the database refuses, and stores its neighbours', async () => {
    await operator.database.owner.query('ALTER TABLE vital_sign ADD CONSTRAINT picky CHECK (value <> 13)');
    const refused = { measurements: [{ code: '8867-4', value: 13, unit: '/min' }] };
    try {
      await operator.quarantine(
        ...Array.from({ length: 9 }, (_, index) => ({ payload: line(index % 4 === 1 ? refused : {}) })),
        { payload: `${line()}\n${line(refused)}`, eventIndex: -1 },
      );

      const { out } = await operator.run(['quarantine', 'replay']);

      expect(out).toContain('Looked at 10 events: 8 stored, 0 stored before, 3 still wrong.');
      expect(await operator.reasons()).toEqual(Array.from({ length: 3 }, () => 'refused_by_database'));
      expect(await operator.count('vital_sign')).toBe(8);
      const [row] = await operator.rows<{ event_index: number; payload: Buffer }>(
        'SELECT event_index, payload FROM quarantine ORDER BY sequence_number DESC LIMIT 1',
      );
      expect(row?.event_index).toBe(1);
      expect(JSON.parse(row?.payload.toString() ?? '')).toMatchObject(refused);
    } finally {
      await operator.database.owner.query('ALTER TABLE vital_sign DROP CONSTRAINT picky');
    }
  });

  test('goes through more than fits into one step', async () => {
    const { rows } = await operator.database.owner.query<{ count: number }>(
      `WITH put AS (
         INSERT INTO quarantine SELECT 's', 'shard', lpad(n::text, 6, '0'), 0, 'unknown_code', 'r',
           convert_to(replace($1, 'EVENT', gen_random_uuid()::text), 'UTF8')
         FROM generate_series(1, 1203) AS n RETURNING 1
       ) SELECT count(*)::integer AS count FROM put`,
      [line({ id: 'EVENT' })],
    );
    expect(rows).toEqual([{ count: 1203 }]);

    const { out } = await operator.run(['quarantine', 'replay']);

    expect(out).toContain('Looked at 1203 events: 1203 stored, 0 stored before, 0 still wrong.');
    expect([await operator.count('vital_sign'), await operator.count('quarantine')]).toEqual([1203, 0]);
  });

  test('brings what it stored into the cache, and succeeds without one', async () => {
    const event = vitalEvent({ patientId: 'cached' });
    await operator.quarantine({ payload: JSON.stringify(event) });
    const updates: Array<[string, LatestByCode]> = [];
    const latestReadings = {
      update: async (patientId: string, latest: LatestByCode) => {
        updates.push([patientId, latest]);
        throw new Error('The cache is away.');
      },
      forget: async () => undefined,
    };

    const { exitCode } = await operator.run(['quarantine', 'replay'], { latestReadings });

    expect(exitCode).toBe(0);
    expect(updates.map(([patientId, latest]) => [patientId, latest.entries()[0]?.[1][0]?.eventId])).toEqual([
      ['cached', event.id],
    ]);
  });

  test('says which ids are not there, and does nothing', async () => {
    const [id = ''] = await operator.quarantine({ payload: line() });

    const { exitCode, err } = await operator.run(['quarantine', 'replay', '--id', id, '--id', '000000000000']);

    expect(exitCode).toBe(3);
    expect(err).toContain('No event in quarantine has the id 000000000000.');
    expect(await operator.count('quarantine')).toBe(1);
  });
});

describe('quarantine drop', () => {
  test('leaves who, why, which and when, and nothing of what the event said', async () => {
    const [id = ''] = await operator.quarantine(
      { payload: line({ patientId: 'secret-patient' }), reasonCode: 'wrong_unit' },
      { payload: line(), reasonCode: 'wrong_unit' },
    );

    const { exitCode, out } = await operator.run(['quarantine', 'drop', '--id', id, '--because', 'a test of ward 3']);

    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: 'Dropped 1 event; 0 of those asked for remain.\n',
    });
    expect(await operator.count('quarantine')).toBe(1);
    const records = await operator.rows('SELECT * FROM quarantine_dropped');
    expect(records).toMatchObject([
      {
        principal: 'Anna Schmidt (local)',
        because: 'a test of ward 3',
        quarantine_id: id,
        stream_name: 'events-test',
        reason_code: 'wrong_unit',
        event_index: 0,
      },
    ]);
    expect(JSON.stringify(records)).not.toContain('secret-patient');
  });

  test('drops all of one reason, however many, and no other', async () => {
    await operator.database.owner.query(
      `INSERT INTO quarantine SELECT 's', 'shard', n::text, 0, 'event_not_json', 'r', '' FROM generate_series(1, 2500) AS n`,
    );
    await operator.quarantine({ payload: line(), reasonCode: 'wrong_unit' });

    const { out } = await operator.run(['quarantine', 'drop', '--reason', 'event_not_json', '--because', 'noise']);

    expect(out).toContain('Dropped 2500 events;');
    expect([await operator.reasons(), await operator.count('quarantine_dropped')]).toEqual([['wrong_unit'], 2500]);
  });

  test('leaves what another operator is working on', async () => {
    await operator.quarantine({ payload: line() }, { payload: line() });
    const other = await operator.database.owner.connect();
    await other.query('BEGIN; SELECT FROM quarantine LIMIT 1 FOR UPDATE');

    const { out } = await operator.run(['quarantine', 'drop', '--reason', 'unknown_code', '--because', 'noise']);
    await other.query('ROLLBACK');
    other.release();

    expect(out).toBe('Dropped 1 event; 1 of those asked for remain.\n');
  });

  test.each([
    [['--because', 'noise'], 'quarantine drop needs --id or --reason.'],
    [['--id', 'abcdef012345'], 'quarantine drop needs --because'],
    [['--id', 'abcdef012345', '--reason', 'x', '--because', 'noise'], 'takes --id or --reason, not both'],
    [['--reason', 'x', '--because', '  '], '--because is wrong: expected a reason of 3 to 500 characters'],
  ])('refuses %j', async (words, fault) => {
    const { exitCode, err } = await operator.run(['quarantine', 'drop', ...words]);

    expect(exitCode).toBe(2);
    expect(err).toContain(fault);
    expect(await operator.count('access_audit')).toBe(0);
  });
});

describe('what the commands say', () => {
  test('in a task are events of the log, by its vocabulary', async () => {
    const server = (await import('node:http')).createServer((_request, response) => {
      response.end(JSON.stringify({ TaskARN: 'arn:aws:ecs:eu-central-1:111122223333:task/cluster/0123' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    try {
      await operator.quarantine({ payload: line() });
      const { out, err } = await operator.run(['quarantine', 'replay'], {
        variables: { ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}/v4` },
      });

      const events = out
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text) as Record<string, unknown>);
      expect(events).toMatchObject([
        { event: 'operation.started', service: 'operator', command: 'quarantine replay' },
        { event: 'quarantine.replayed', storedCount: 1, stillWrongCount: 0, remainingCount: 0 },
        { event: 'operation.finished', exitCode: 0 },
      ]);
      expect(err).toBe('');
      expect(out).not.toContain('withheld');
      const [record] = await operator.rows<{ principal: string }>('SELECT principal FROM access_audit');
      expect(record?.principal).toBe('Anna Schmidt (arn:aws:ecs:eu-central-1:111122223333:task/cluster/0123)');
    } finally {
      server.close();
    }
  });

  test('when nobody tells which task it is, is that nothing is done', async () => {
    await operator.quarantine({ payload: line() });
    const { exitCode, err } = await operator.run(['quarantine', 'replay'], {
      variables: { ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:9/v4' },
    });

    expect(exitCode).toBe(1);
    expect(err).toContain('ECS does not tell which task this is');
    expect(await operator.count('quarantine')).toBe(1);
  });

  test('holds nothing of patients, whatever is asked', async () => {
    const payload = line({ patientId: 'mustermann', deviceId: 'bed-of-mustermann' });
    const [id = ''] = await operator.quarantine({ payload }, { payload: recordOf({ mustermann: 1 }) });
    const runs = [
      await operator.run(['quarantine', 'list']),
      await operator.run(['quarantine', 'list', '--reason', 'unknown_code']),
      await operator.run(['quarantine', 'show', '--id', id, '--output', operator.path(`${randomUUID()}.json`)]),
      await operator.run(['quarantine', 'drop', '--id', id, '--because', 'x']),
      await operator.run(['quarantine', 'replay']),
      await operator.run(['patient', 'export', 'mustermann']),
      await operator.run(['patient', 'export', '--patient', 'mustermann/1']),
      await operator.run(['patient', 'mustermann-1']),
      await operator.run(['patient', 'erase', '--mustermann.1']),
    ];

    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 2, 0, 2, 2, 2, 2]);
    const said = runs.map(({ out, err }) => out + err).join('');
    expect(said.replaceAll('"patient mustermann-1"', '')).not.toContain('mustermann');
  });
});
