import * as fc from 'fast-check';
import { createLog } from '../../../src/runtime/log/log';
import { EventName, EVENTS, FIELDS } from '../../../src/runtime/log/vocabulary';
import { createTestDatabase } from '../../support/test-database';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

function logTo(lines: string[]) {
  return createLog({
    service: 'processor',
    environment: 'test',
    destination: { write: (line) => void lines.push(line) },
  });
}

function lineOf(event: EventName, fields: object): Record<string, unknown> {
  const lines: string[] = [];
  logTo(lines).event(event, fields);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

describe('the log', () => {
  test('writes one line of JSON an event, with level, time, service, environment and the event’s fields', () => {
    expect(lineOf('lease.taken', { shardId: 'shardId-000000000001', epoch: 7 })).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'processor',
      environment: 'test',
      event: 'lease.taken',
      shardId: 'shardId-000000000001',
      epoch: 7,
    });
  });

  test('leaves out fields that do not belong to the event', () => {
    expect(lineOf('lease.taken', { shardId: 'a', patientId: 'p', payload: { name: 'p' } })).toEqual(
      expect.not.objectContaining({ patientId: expect.anything(), payload: expect.anything() }),
    );
  });

  test('withholds values that are not of their field’s kind', () => {
    expect(lineOf('lease.taken', { shardId: 'Erika Mustermann', epoch: 'Erika' })).toMatchObject({
      shardId: '[withheld]',
      epoch: '[withheld]',
    });
    expect(lineOf('process.stopped', { graceful: 'Erika', durationMs: NaN })).toMatchObject({
      graceful: '[withheld]',
      durationMs: '[withheld]',
    });
    expect(lineOf('request.answered', { method: 'ERIKA', route: '/Observation/Erika', status: 404 })).toMatchObject({
      method: '[withheld]',
      route: '[withheld]',
      status: 404,
    });
  });

  test('lets no text through but names, whatever event and fields it is given', () => {
    const secret = 'Erika Mustermann';
    const value = fc.oneof(
      fc.constant(secret),
      fc.constant({ [secret]: secret, message: secret, stack: secret, name: secret, code: secret }),
      fc.constant([secret]),
      fc.string().map((text) => `${text}${secret}`),
      fc
        .string()
        .map((text) => Object.assign(new Error(`${secret}${text}`), { detail: secret, cause: new Error(secret) })),
      fc.string().map((text) => {
        const error = new TypeError(`${text}\n    at ${secret} (/srv/Mustermann.js:1:1)`);
        error.message = 'changed afterwards';
        return error;
      }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(EVENTS) as EventName[])),
        fc.dictionary(fc.constantFrom(...Object.keys(FIELDS), 'patientId'), value),
        (event, fields) => {
          expect(JSON.stringify(lineOf(event, fields))).not.toContain('Mustermann');
        },
      ),
      { numRuns: 500 },
    );
  });

  test('takes no place in code from a message that looks like one', () => {
    const error = new TypeError('a long message\n    at Mustermann (/srv/Erika.js:1:1)');
    expect(JSON.stringify(lineOf('process.crashed', { error }))).not.toMatch(/Mustermann|Erika/);
    error.message = 'changed afterwards';
    expect(JSON.stringify(lineOf('process.crashed', { error }))).not.toMatch(/Mustermann|Erika/);
  });

  test('reduces an error to its name, code, status and places in code', () => {
    const error = Object.assign(new RangeError('patient Erika'), {
      code: 'ERR_OUT_OF_RANGE',
      $metadata: { httpStatusCode: 503 },
      cause: Object.assign(new Error('Erika'), { code: 'ECONNRESET' }),
    });

    expect(lineOf('process.crashed', { error })).toMatchObject({
      level: 'fatal',
      error: {
        name: 'RangeError',
        code: 'ERR_OUT_OF_RANGE',
        httpStatus: 503,
        at: expect.arrayContaining([expect.stringMatching(/log\.test\.ts:\d+:\d+/)]),
        cause: { name: 'Error', code: 'ECONNRESET' },
      },
    });
    expect(lineOf('process.crashed', { error: 'Erika' }).error).toEqual({ name: 'not an error: string' });
  });

  test('keeps a database’s error to its SQLSTATE: its message and detail hold the row', async () => {
    const database = await createTestDatabase();
    await database.owner.query('ALTER TABLE sample ADD CONSTRAINT picky CHECK (value > 0)');
    const error: unknown = await database.owner
      .query(`INSERT INTO sample VALUES ('Erika', 'heart-rate', gen_random_uuid(), 'd', -1)`)
      .catch((refusal: unknown) => refusal);
    await database.drop();

    expect(JSON.stringify(error)).toContain('Erika');
    const line = lineOf('batch.poisoned', { error });
    expect(line.error).toMatchObject({ name: 'error', sqlState: '23514' });
    expect(JSON.stringify(line)).not.toContain('Erika');
  });
});
