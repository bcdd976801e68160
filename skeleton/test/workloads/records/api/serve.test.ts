import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Bundle } from 'fhir/r4';
import { heartRate, patient, RecordsFixture } from './records-fixture';
import { bundle } from '../../../../src/foundation/bundle';
import { createTestStream, type TestStream } from '../../../support/test-stream';

let api: RecordsFixture;
let stream: TestStream;
beforeAll(async () => {
  [api, stream] = await Promise.all([RecordsFixture.start(), createTestStream(1)]);
  await api.store(patient('p-1'), heartRate('o-1', 'p-1'));
});
afterAll(async () => {
  await Promise.all([api.stop(), stream.drop()]);
});

function start(environment: Record<string, string>) {
  const folder = bundle({ name: 'records-api-local', entry: 'src/workloads/records/api/server.ts' });
  const program = spawn(process.execPath, [`${folder}/index.mjs`], {
    env: { NODE_NO_WARNINGS: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { program, lines: createInterface(program.stdout), faults: createInterface(program.stderr) };
}

test('one program on one port reads, takes in and tells who read, says so when it is ready, and ends itself on SIGTERM', async () => {
  const { program, lines } = start({
    ...api.database.environment(),
    AWS_ENDPOINT_URL_KINESIS: stream.endpoint,
    STREAM_NAME: stream.streamName,
    RESOURCE_TYPES: 'Patient,Observation',
    API_PORT: '0',
  });
  const events: string[] = [];
  let baseUrl = '';
  try {
    for await (const line of lines) {
      const said = JSON.parse(line) as { event?: string; port?: number };
      if (said.event !== undefined) events.push(said.event);
      if (said.event !== 'api.listening') continue;
      baseUrl = `http://127.0.0.1:${said.port}`;
      const ask = async (path: string, init?: RequestInit) => fetch(`${baseUrl}${path}`, init);
      expect((await ask('/health')).status).toBe(200);
      const found = (await (await ask('/Observation?patient=p-1')).json()) as Bundle;
      expect(found.entry?.[0]?.fullUrl).toBe(`${baseUrl}/Observation/o-1`);
      const put = await ask('/Patient/p-2', {
        method: 'PUT',
        headers: { 'Content-Type': 'application/fhir+json' },
        body: '{"resourceType":"Patient","id":"p-2"}',
      });
      expect(put.status).toBe(202);
      const trail = (await (await ask('/AuditEvent?patient=p-1')).json()) as Bundle;
      expect(trail.entry?.[0]?.resource).toMatchObject({
        agent: [{ altId: 'local-developer' }],
        source: { observer: { display: 'records-test' } },
      });
      const refused = await ask('/Observation/o-1', { method: 'DELETE' });
      expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, PUT']);
      program.kill('SIGTERM');
    }
    const [code] = program.exitCode === null ? await once(program, 'exit') : [program.exitCode];
    expect(code).toBe(0);
  } finally {
    program.kill('SIGKILL');
  }
  expect(events).toEqual([
    ...['api.listening', 'request.answered', 'request.answered', 'ingest.accepted', 'request.answered'],
    ...['request.answered', 'request.answered', 'process.stopping', 'process.stopped'],
  ]);
  await expect(fetch(`${baseUrl}/health`)).rejects.toThrow();
}, 60_000);

test('it ends with code 1 and every missing variable when it cannot start', async () => {
  const { program, faults } = start({});
  const exited = once(program, 'exit');
  const told: string[] = [];
  for await (const line of faults) told.push(line);
  expect(await exited).toEqual([1, null]);
  expect(told.join('\n')).toMatch(/DATABASE_HOST is missing[\s\S]*DATABASE_SECRET_ARN is missing/);
});
