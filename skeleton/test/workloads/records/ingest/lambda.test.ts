import { GetRecordsCommand, GetShardIteratorCommand, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { FHIR_JSON, HL7_V2, idsOf, OBSERVATION, PATIENT, PRINCIPAL, put, transaction } from './ingest-fixture';
import { bundle } from '../../../../src/foundation/bundle';
import { gatewayEvent, type GatewayRequest, runLambda } from '../../../support/lambda-runtime';
import { createTestStream, type TestStream } from '../../../support/test-stream';
import { A01 } from '../hl7/adt-messages';

let stream: TestStream;
beforeAll(async () => {
  stream = await createTestStream(1);
});
afterAll(async () => {
  await stream.drop();
});

function send(request: string, resource: string, body: string | Buffer, change: Partial<GatewayRequest> = {}): object {
  const [method = '', path = ''] = request.split(' ');
  return gatewayEvent({
    method: method === 'PUT' ? 'PUT' : 'POST',
    path,
    resource,
    headers: { 'Content-Type': FHIR_JSON },
    body: Buffer.from(body),
    requestId: `request ${request}`,
    userArn: PRINCIPAL,
    ...change,
  });
}

/** What the stream has, as text of Latin-1, in the order in which it came. */
async function streamed(): Promise<string[]> {
  const { client, streamName: StreamName } = stream;
  const { Shards } = await client.send(new ListShardsCommand({ StreamName }));
  const ShardId = Shards?.[0]?.ShardId;
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  const { Records } = await client.send(new GetRecordsCommand({ ShardIterator }));
  return (Records ?? []).map(({ Data }) => Buffer.from(Data ?? []).toString('latin1'));
}

test('the bundle takes in what API Gateway hands on, digit for digit, without a database, and says nothing of patients', async () => {
  const folder = bundle({ name: 'records-ingest', entry: 'src/workloads/records/ingest/lambda.ts' });
  const message = Buffer.from(A01.replace('UNICODE UTF-8', '8859/1').replace('Doe', 'D\xf6e'), 'latin1');
  const { answers, lines, output } = await runLambda(
    folder,
    {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_KINESIS: stream.endpoint,
      STREAM_NAME: stream.streamName,
      ENVIRONMENT_SUFFIX: 'test',
      RESOURCE_TYPES: 'Patient,Encounter,Observation',
    },
    [
      send('PUT /Observation/o-1', '/{resourceType}/{id}', OBSERVATION),
      send('POST /', '/', JSON.stringify(transaction(put(PATIENT)))),
      send('POST /', '/', message, { headers: { 'Content-Type': HL7_V2 } }),
      send('PUT /Patient/p-1', '/{resourceType}/{id}', JSON.stringify({ ...PATIENT, birthDate: '1981-02-29' })),
      send('POST /Device', '/{resourceType}', '{"resourceType":"Device"}'),
      send('POST /Patient', '/{resourceType}', JSON.stringify(PATIENT), { userArn: null }),
    ],
  );
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202, 202, 422, 404, 401]);
  expect(idsOf(answers[0]?.body ?? '').resources).toEqual(['Observation/o-1']);
  expect(answers[2]?.body).toContain('\rMSA|AA|MSG-1\r');
  expect(await streamed()).toEqual([
    OBSERVATION,
    expect.stringContaining('"Bundle"'),
    message.toString('latin1').trimEnd(),
  ]);
  expect(lines.flatMap(({ event }) => event ?? [])).toEqual([
    ...['ingest.accepted', 'request.answered', 'ingest.accepted', 'request.answered', 'ingest.accepted'],
    ...['request.answered', 'ingest.refused', 'request.answered', 'request.answered', 'request.answered'],
  ]);
  expect(output).not.toMatch(/p-1|o-1|Doe|D.e\^|4711|potassium|1981/);
}, 60_000);
