import { batch, bloodPressure, heartRate, HL7_V2, idsOf } from './ingest-fixture';
import { createApiApp } from '../../../../src/runtime/http/api-app';
import { StreamWriter } from '../../../../src/runtime/kinesis/put-records';
import { toObservation } from '../../../../src/workloads/vitals/api/observation';
import { ingestRoutes } from '../../../../src/workloads/vitals/ingest/ingest-routes';
import type { Reading } from '../../../../src/workloads/vitals/reading';
import { countOf, eventually, type TestConsumer } from '../../../support/test-consumer';
import { createTestDatabase, type TestDatabase } from '../../../support/test-database';
import { createTestStream, type TestStream } from '../../../support/test-stream';
import { startVitalsConsumer } from '../vitals-consumer';

let stream: TestStream;
let database: TestDatabase;
let consumer: TestConsumer | undefined;
beforeAll(async () => {
  [stream, database] = await Promise.all([createTestStream(2), createTestDatabase({ workload: 'vitals' })]);
});
afterAll(async () => {
  await consumer?.stop();
  await Promise.all([stream.drop(), database.drop()]);
});

const minuteAgo = () => new Date(Date.now() - 60_000).toISOString();

async function post(path: string, body: object | string, contentType = 'application/fhir+json') {
  const app = createApiApp(
    ingestRoutes({
      writer: new StreamWriter({
        client: stream.client,
        streamName: stream.streamName,
        log: { event: () => undefined },
      }),
      observer: () => undefined,
      retentionDays: 90,
      clock: () => new Date(),
    }),
    {
      audit: 'none',
      observer: { answered: () => undefined, auditFailed: () => undefined },
      isUnavailable: () => false,
    },
  );
  const response = await app.fetch(
    new Request(`https://internal.example${path}`, {
      method: 'POST',
      headers: { 'Content-Type': contentType },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
    { principal: 'someone', requestId: 'r-1', baseUrl: 'https://api.example' },
  );
  return { status: response.status, text: await response.text() };
}

/** Ids that a search shows for a patient’s stored readings. */
async function shownFor(patientId: string): Promise<string[]> {
  const { rows } = await database.owner.query<Reading>(
    `SELECT code, event_id AS "eventId", device_id AS "deviceId", value, unit,
            to_char(observed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "observedAt"
     FROM vital_sign WHERE patient_id = $1 ORDER BY code`,
    [patientId],
  );
  return rows.map((row) => `Observation/${toObservation(patientId, row).id}`);
}

test('what was accepted while nobody consumes is stored once, sent twice, and shown under the ids of the answer', async () => {
  const observed = { effectiveDateTime: minuteAgo() };
  const patient = (id: string) => ({ subject: { reference: `Patient/${id}` } });
  const single = heartRate({ ...observed, ...patient('one') });
  const many = batch(heartRate({ ...observed, ...patient('many'), identifier: [{ system: 'urn:ward', value: '1' }] }), {
    ...bloodPressure(['8480-6', 120, 'mm[Hg]'], ['8462-4', 80, 'mm[Hg]']),
    ...observed,
    ...patient('many'),
  });
  const time = `${minuteAgo()
    .replace(/[-:TZ]/g, '')
    .slice(0, 14)}+0000`;
  const oru = [
    `MSH|^~\\&|GATEWAY|WARD|||${time}||ORU^R01|MSG-1|P|2.6`,
    'PID|||hl7',
    `OBR|1||||||${time}`,
    'OBX|1|NM|8867-4^^LN||72|/min|||||F',
    'OBX|2|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC||97|262688^MDC_DIM_PERCENT^MDC|||||R',
  ].join('\r');

  // The database stands still while these are accepted: nothing of ingest needs it.
  const answers = await Promise.all([post('/Observation', single), post('/', many), post('/', oru, HL7_V2)]);
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
  const again = await Promise.all([post('/Observation', single), post('/', many), post('/', oru, HL7_V2)]);
  expect(again.map(({ status }) => status)).toEqual([202, 202, 202]);
  expect(again.slice(0, 2)).toEqual(answers.slice(0, 2));
  expect(await countOf(database, 'vital_sign')).toBe(0);

  consumer = startVitalsConsumer({ database, client: stream.client, streamName: stream.streamName });
  await eventually(
    async () => countOf(database, 'vital_sign'),
    (count) => count >= 6,
  );
  // Behind everything else in its shard.
  for (const id of ['one', 'many', 'hl7']) {
    await post('/Observation', heartRate({ ...patient(id), effectiveDateTime: new Date().toISOString() }));
  }
  await eventually(
    async () => countOf(database, 'vital_sign'),
    (count) => count >= 9,
  );
  expect([await countOf(database, 'vital_sign'), await countOf(database, 'quarantine')]).toEqual([9, 0]);

  expect(await shownFor('one')).toEqual(expect.arrayContaining(idsOf(JSON.parse(answers[0]?.text ?? '')).observations));
  const entries = (JSON.parse(answers[1]?.text ?? '') as { entry: { resource: object }[] }).entry;
  const told = entries.flatMap(({ resource }) => idsOf(resource).observations);
  expect(told).toHaveLength(3);
  expect(await shownFor('many')).toEqual(expect.arrayContaining(told));
  expect(await shownFor('hl7')).toHaveLength(3);
}, 120_000);
