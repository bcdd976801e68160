import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { isRunning } from '../../local/launchers';
import { PostgresServer, startPostgresServer } from '../../local/postgres-server';
import { eventually } from '../support/test-consumer';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

/** Id of the server's process, from the file that it keeps. */
function pidOf(caFile: string): number {
  return Number(readFileSync(join(dirname(caFile), 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

async function ask(server: PostgresServer, sql: string): Promise<unknown> {
  const { username: user, password } = server.superuser;
  const ssl = { ca: readFileSync(server.caFile) };
  const client = new Client({ host: server.host, port: server.port, database: 'postgres', user, password, ssl });
  await client.connect();
  try {
    return (await client.query(sql)).rows[0];
  } finally {
    await client.end();
  }
}

describe('the PostgreSQL of this machine', () => {
  test('is reached by verified TLS, keeps its data over a restart, and leaves nothing when it is stopped', async () => {
    const server = await startPostgresServer({ settings: { fsync: 'off' } });
    await ask(server, 'CREATE TABLE kept AS SELECT 7 AS value');
    await server.restart();
    expect(await ask(server, 'SELECT value FROM kept')).toEqual({ value: 7 });
    const pid = pidOf(server.caFile);
    await server.stop();

    expect(isRunning(pid)).toBe(false);
    expect(existsSync(dirname(server.caFile))).toBe(false);
  });

  test('goes with the process that started it, even when that is killed', async () => {
    const script = `
      require('./local/postgres-server.ts').startPostgresServer({ settings: { fsync: 'off' } })
        .then(({ caFile }) => console.log(caFile));`;
    const owner = spawn(process.execPath, ['--import', 'tsx', '--eval', script], {
      cwd: join(__dirname, '..', '..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const caFile = await new Promise<string>((resolve) => {
      owner.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8').trim()));
    });
    const pid = pidOf(caFile);
    expect(isRunning(pid)).toBe(true);
    owner.kill('SIGKILL');

    await eventually(
      () => isRunning(pid) || existsSync(dirname(caFile)),
      (isLeft) => !isLeft,
    );
  });
});
