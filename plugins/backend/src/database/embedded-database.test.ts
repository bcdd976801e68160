import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedDatabase, type EmbeddedDatabase } from './embedded-database';
import { othersMayEnter } from './postgres-home';

let folder: string;
const running: EmbeddedDatabase[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-database-test-'));
  await chmod(folder, 0o755);
});

afterEach(async () => {
  for (const database of running.splice(0)) {
    await database.stop();
    await rm(database.directory, { recursive: true, force: true });
  }
  await rm(folder, { recursive: true, force: true });
});

async function start(directory = join(folder, 'database')): Promise<EmbeddedDatabase> {
  const database = await startEmbeddedDatabase(directory);
  running.push(database);
  return database;
}

async function ask(database: EmbeddedDatabase, sql: string): Promise<unknown[]> {
  const client = new Client({ ...database.connection, database: 'postgres' });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('keeps what was stored over a stop and a start', async () => {
  const first = await start();
  await ask(first, 'CREATE TABLE kept AS SELECT 72 AS value');
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  expect(await ask(await start(), 'SELECT value FROM kept')).toEqual([{ value: 72 }]);
});

it('takes over data whose server was left running by a killed portal', async () => {
  const abandoned = await start();
  const second = await start();
  expect(isAlive(abandoned.pid)).toBe(false);
  expect(await ask(second, 'SELECT 1 AS up')).toEqual([{ up: 1 }]);
});

it('refuses whoever does not know the password', async () => {
  const database = await start();
  const client = new Client({ ...database.connection, password: 'guess', database: 'postgres' });
  await expect(client.connect()).rejects.toThrow(/password authentication failed/);
});

it('lets nobody else read the password', async () => {
  const database = await start();
  expect((await stat(join(database.directory, 'password'))).mode & 0o077).toBe(0);
});

it('knows a folder that others cannot enter by any folder above it', async () => {
  expect(await othersMayEnter(folder)).toBe(true);
  await chmod(folder, 0o700);
  expect(await othersMayEnter(folder)).toBe(false);
});

const isRoot = process.getuid?.() === 0;
const ELSEWHERE = 'as root, finds another place when the database user may not enter the wanted one';
(isRoot ? it : it.skip)(isRoot ? ELSEWHERE : `${ELSEWHERE} [skipped: not root]`, async () => {
  await chmod(folder, 0o700);
  const database = await start();
  expect(database.directory.startsWith(folder)).toBe(false);
  expect(await ask(database, 'SELECT 1 AS up')).toEqual([{ up: 1 }]);
});
