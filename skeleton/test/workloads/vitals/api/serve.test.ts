import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Bundle } from 'fhir/r4';
import { ApiFixture, reading } from './api-fixture';
import { bundle } from '../../../../src/foundation/bundle';
import { EnvironmentError } from '../../../../src/runtime/environment';
import { type ServedApi, serveApi } from '../../../../src/workloads/vitals/api/serve';

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

const variables = (change: Record<string, string | undefined> = {}) => ({
  ...api.database.environment(),
  API_PORT: '0',
  ...change,
});

/** The API in this process, with the SDK's variables where the SDK looks for them. */
async function serve(
  change: Record<string, string> = {},
): Promise<{ served: ServedApi; lines: Record<string, unknown>[] }> {
  const lines: Record<string, unknown>[] = [];
  const output = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { served: await serveApi(variables(change), output), lines };
}

describe('the local API', () => {
  const sdkVariables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL_SECRETS_MANAGER'] as const;
  beforeAll(() => {
    const environment = api.database.environment();
    for (const name of sdkVariables) process.env[name] = environment[name];
  });
  afterAll(() => {
    for (const name of sdkVariables) delete process.env[name];
  });

  test('answers over HTTP under the principal local-developer', async () => {
    const { served, lines } = await serve();
    try {
      const response = await fetch(`${served.baseUrl}/Observation?patient=p-1&date=ge2020-01-01T00:00:00+01:00`);
      expect(response.status).toBe(200);
      const { entry, link } = (await response.json()) as Bundle;
      expect(entry).toHaveLength(1);
      expect(link?.[0]?.url.startsWith(`${served.baseUrl}/Observation?patient=p-1&`)).toBe(true);
      expect(await api.audit()).toMatchObject([{ principal: 'local-developer', patient_id: 'p-1', returned: 1 }]);
      expect(lines.map(({ event }) => event)).toEqual(['process.started', 'api.listening', 'request.answered']);
    } finally {
      await served.stop('SIGTERM');
    }
    expect(lines.slice(-3)).toMatchObject([
      { event: 'process.stopping', signal: 'SIGTERM' },
      { ApiErrorCount: 0 },
      { event: 'process.stopped', graceful: true },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/p-1|123\.456/);
  });

  test('reads from the reader’s host when it is given', async () => {
    // Verified TLS refuses the server under a name that is not in its certificate: so that is where it looked.
    const { served, lines } = await serve({ DATABASE_READER_HOST: 'localhost.' });
    try {
      expect((await fetch(`${served.baseUrl}/Observation?patient=p-1`)).status).toBeGreaterThanOrEqual(500);
      expect(await api.audit()).toMatchObject([{ outcome: 'failed', patient_id: 'p-1' }]);
      expect(lines).toContainEqual(expect.objectContaining({ event: 'request.failed' }));
    } finally {
      await served.stop('SIGTERM');
    }
  });
});

test.each([
  ['API_PORT', undefined, /API_PORT is missing/],
  ['API_PORT', '65536', /API_PORT is wrong/],
  ['API_PORT', '80 ', /API_PORT is wrong/],
  ['DATABASE_HOST', undefined, /DATABASE_HOST is missing/],
])('%s %j is refused by name', async (name, value, message) => {
  const refused = await serveApi(variables({ [name]: value })).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(EnvironmentError);
  expect(refused).toMatchObject({ message: expect.stringMatching(message) });
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
    const { program, lines } = start(variables() as Record<string, string>);
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
      expect(events).toEqual([
        'process.started',
        'api.listening',
        'request.answered',
        'process.stopping',
        'process.stopped',
      ]);
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
