import { FHIR_JSON, heartRate, HL7_V2, PRINCIPAL } from './ingest-fixture';
import { bundle } from '../../../../src/foundation/bundle';
import { gatewayEvent, runLambda } from '../../../support/lambda-runtime';
import { countOf, eventually } from '../../../support/test-consumer';
import { createTestDatabase } from '../../../support/test-database';
import { createTestStream, type TestStream } from '../../../support/test-stream';
import { startVitalsConsumer } from '../vitals-consumer';

let stream: TestStream;
beforeAll(async () => {
  stream = await createTestStream(1);
});
afterAll(async () => {
  await stream.drop();
});

function event(path: string, contentType: string, body: Buffer, userArn: string | null = PRINCIPAL): object {
  return gatewayEvent({
    method: 'POST',
    path,
    headers: { 'Content-Type': contentType },
    body,
    requestId: `request-${path === '/' ? 'root' : 'observation'}`,
    userArn,
  });
}

test('the bundle takes in what API Gateway hands on, byte for byte, without a database, and says nothing of patients', async () => {
  const folder = bundle({ name: 'vitals-ingest', entry: 'src/workloads/vitals/ingest/lambda.ts' });
  const now = new Date().toISOString();
  const oru = [
    `MSH|^~\\&|GATEWAY|WARD|||${now.replace(/[-:TZ]/g, '').slice(0, 14)}+0000||ORU^R01|MSG-1|P|2.6||||||8859/1`,
    'PID|||p-2||M\xfcller',
    `OBR|1||||||${now.replace(/[-:TZ]/g, '').slice(0, 14)}`,
    'OBX|1|NM|8867-4^^LN||72|/min|||||F',
  ].join('\r');
  const observation = Buffer.from(JSON.stringify(heartRate({ effectiveDateTime: now, note: [{ text: 'Müller' }] })));
  const { answers, lines, output } = await runLambda(
    folder,
    {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_KINESIS: stream.endpoint,
      STREAM_NAME: stream.streamName,
      ENVIRONMENT_SUFFIX: 'test',
      OBSERVATION_RETENTION_DAYS: '90',
    },
    [
      event('/Observation', FHIR_JSON, observation),
      event('/', HL7_V2, Buffer.from(oru, 'latin1')),
      event('/Observation', FHIR_JSON, observation, null),
    ],
  );
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202, 401]);
  expect(answers[1]?.body).toContain('\rMSA|AA|MSG-1\r');
  expect(lines.flatMap((line) => line.event ?? [])).toEqual([
    'ingest.accepted',
    'request.answered',
    'ingest.accepted',
    'request.answered',
    'request.answered',
  ]);
  expect(lines[0]).toMatchObject({ principal: PRINCIPAL, requestId: 'request-observation', acceptedCount: 1 });
  expect(output).not.toMatch(/p-1|p-2|M.ller|8867/);

  const database = await createTestDatabase({ workload: 'vitals' });
  const consumer = startVitalsConsumer({ database, client: stream.client, streamName: stream.streamName });
  try {
    expect(
      await eventually(
        async () => countOf(database, 'vital_sign'),
        (count) => count >= 2,
      ),
    ).toBe(2);
  } finally {
    await consumer.stop();
    await database.drop();
  }
}, 120_000);
