import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Bundle } from 'fhir/r4';
import { ApiFixture, reading } from './api-fixture';
import { bundle } from '../../../../src/foundation/bundle';
import { parseApiEnvironment, parseObservationIngestEnvironment } from '../../../../src/runtime/environment';
import { serveLocally } from '../../../../src/runtime/http/local-program';
import { createLog } from '../../../../src/runtime/log/log';
import { Metrics } from '../../../../src/runtime/metrics/metrics';
import { openApi } from '../../../../src/workloads/vitals/api/open-api';

let api: ApiFixture;
beforeAll(async () => {
  api = await ApiFixture.start();
  await api.store([reading({ value: 123.456 })]);
});
afterAll(async () => {
  await api.stop();
});
afterEach(async () => {
  await api.database.owner.query('TRUNCATE access_audit');
});

/** Variables of both functions that the local API serves for. */
function variables(): Record<string, string> {
  return { ...api.database.environment(), STREAM_NAME: 'events', OBSERVATION_RETENTION_DAYS: '90' };
}

function environmentWith(change: Record<string, string> = {}) {
  const all = { ...variables(), ...change };
  return { ...parseApiEnvironment(all), ...parseObservationIngestEnvironment(all) };
}

/** The API in this process, until `stop`; what it says goes to `lines`. */
async function serve(change: Record<string, string> = {}) {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const stopping = new AbortController();
  const log = createLog({ service: 'api', environment: 'test', destination: { write } });
  const metrics = new Metrics('test', write);
  const open = () => openApi(environmentWith(change), log, metrics);
  const done = serveLocally(open, { port: 0, log, metrics, signal: stopping.signal });
  const stop = async () => {
    stopping.abort();
    await done;
  };
  const isListening = () => lines.find(({ event }) => event === 'api.listening');
  while (isListening() === undefined) await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 5))]);
  return { baseUrl: `http://127.0.0.1:${String(isListening()?.port)}`, lines, stop };
}

describe('the local API', () => {
  // The SDK looks for its variables in the process's own environment.
  const sdkVariables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL_SECRETS_MANAGER'] as const;
  beforeAll(() => {
    const environment = api.database.environment();
    for (const name of sdkVariables) process.env[name] = environment[name];
  });
  afterAll(() => {
    for (const name of sdkVariables) delete process.env[name];
  });

  test('answers over HTTP under the principal local-developer', async () => {
    const { baseUrl, lines, stop } = await serve();
    try {
      const response = await fetch(`${baseUrl}/Observation?patient=p-1&date=ge2020-01-01T00:00:00+01:00`);
      expect(response.status).toBe(200);
      const { entry, link } = (await response.json()) as Bundle;
      expect(entry).toHaveLength(1);
      expect(link?.[0]?.url.startsWith(`${baseUrl}/Observation?patient=p-1&`)).toBe(true);
      expect(await api.audit()).toMatchObject([{ principal: 'local-developer', patient_id: 'p-1', returned: 1 }]);
    } finally {
      await stop();
    }
    expect(lines).toMatchObject([{ event: 'api.listening' }, { event: 'request.answered' }, { ApiErrorCount: 0 }]);
    expect(JSON.stringify(lines)).not.toMatch(/p-1|123\.456/);
    await expect(fetch(baseUrl)).rejects.toThrow();
  });

  test('reads from the reader’s host when it is given', async () => {
    // TLS refuses the server under a name that is not in its certificate: so that is where it looked.
    const { baseUrl, lines, stop } = await serve({ DATABASE_READER_HOST: 'localhost.' });
    try {
      expect((await fetch(`${baseUrl}/Observation?patient=p-1`)).status).toBeGreaterThanOrEqual(500);
      expect(await api.audit()).toMatchObject([{ outcome: 'failed', patient_id: 'p-1' }]);
      expect(lines).toContainEqual(expect.objectContaining({ event: 'request.failed' }));
    } finally {
      await stop();
    }
  });

  test('fails when its port is taken, and leaves nothing open', async () => {
    const { baseUrl, stop } = await serve();
    const log = { event: () => undefined };
    const metrics = new Metrics('test', () => undefined);
    const port = Number(new URL(baseUrl).port);
    const open = () => openApi(environmentWith(), log, metrics);
    const second = serveLocally(open, { port, log, metrics, signal: AbortSignal.abort() });
    await expect(second).rejects.toThrow(/EADDRINUSE/);
    await stop();
  });
});

describe('the bundled program', () => {
  const start = (environment: Record<string, string>) => {
    const folder = bundle({ name: 'vitals-api-local', entry: 'src/workloads/vitals/api/server.ts' });
    const program = spawn(process.execPath, [`${folder}/index.mjs`], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { program, lines: createInterface(program.stdout), faults: createInterface(program.stderr) };
  };

  test('says when it is ready and ends itself on SIGTERM', async () => {
    const { program, lines } = start({ ...variables(), API_PORT: '0' });
    try {
      const events: string[] = [];
      let port = 0;
      for await (const line of lines) {
        const said = JSON.parse(line) as { event?: string; port?: number };
        if (said.event !== undefined) events.push(said.event);
        if (said.event === 'api.listening') {
          port = said.port ?? 0;
          expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
          program.kill('SIGTERM');
        }
      }
      const [code] = program.exitCode === null ? await once(program, 'exit') : [program.exitCode];
      expect(code).toBe(0);
      expect(events).toEqual(['api.listening', 'request.answered', 'process.stopping', 'process.stopped']);
      await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
    } finally {
      program.kill('SIGKILL');
    }
  });

  test('ends with code 1 and every missing variable when it cannot start', async () => {
    const { program, faults } = start({});
    const exited = once(program, 'exit');
    const told: string[] = [];
    for await (const line of faults) told.push(line);
    expect(await exited).toEqual([1, null]);
    expect(told.join('\n')).toMatch(/DATABASE_HOST is missing[\s\S]*DATABASE_SECRET_ARN is missing/);
  });
});
