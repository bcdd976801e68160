import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { descendants, eventually, temporaryDirectory } from './support';
import { isRunning } from '../../local/launchers';
import { openLocalRedis } from '../../local/redis';
import { startRedisCluster, startRedisServer } from '../../local/redis-cluster';
import { findRedisProgram, type Machine } from '../../local/redis-program';
import { openTestRedis } from '../support/test-redis';

// The first test that needs a server waits for its start.
jest.setTimeout(120_000);

const folder = temporaryDirectory();
const program = join(folder, 'redis-server');

/** A machine without Redis, Docker and packages. */
function bareMachine(change: Partial<Machine> = {}): Machine {
  return {
    path: `/nowhere:${folder}`,
    dockerAnswers: async () => false,
    canInstall: async () => false,
    install: async () => {
      throw new Error('Nobody may install here.');
    },
    ...change,
  };
}

function putProgram(): void {
  writeFileSync(program, '#!/bin/sh\n');
  chmodSync(program, 0o755);
}

describe('Redis is looked for', () => {
  test('in Docker where it is not on the PATH', async () => {
    const machine = bareMachine({ dockerAnswers: async () => true });

    expect(await findRedisProgram(machine)).toEqual({ kind: 'docker', image: 'redis:7.0' });
  });

  test('nowhere else where nothing can be installed, which is told with what to do', async () => {
    const finding = findRedisProgram(bareMachine());

    await expect(finding).rejects.toThrow('There is no Redis on this machine.');
    await expect(finding).rejects.toThrow(/apt-get install redis-server.*start Docker.*REDIS_URL=rediss:/s);
  });

  test('among the packages, and what hinders their installing is told', async () => {
    const machine = bareMachine({ canInstall: async () => true });

    await expect(findRedisProgram(machine)).rejects.toThrow(
      'apt-get could not install redis-server: Nobody may install here.',
    );
  });

  test('among the packages, from where it is installed', async () => {
    const machine = bareMachine({ canInstall: async () => true, install: async () => putProgram() });

    expect(await findRedisProgram(machine)).toEqual({ kind: 'binary', path: program });
  });

  test('on the PATH first', async () => {
    putProgram();

    expect(await findRedisProgram(bareMachine({ dockerAnswers: async () => true }))).toEqual({
      kind: 'binary',
      path: program,
    });
  });
});

describe('REDIS_URL', () => {
  test('leads to a cluster that is not ours to stop', async () => {
    const REDIS_URL = 'rediss://:pass%40word@redis.example:7000';
    const { address, started } = await openLocalRedis({ REDIS_URL, REDIS_CA_FILE: '/ca.pem' });

    expect(address).toEqual({ host: 'redis.example', port: 7000, password: 'pass@word', caFile: '/ca.pem' });
    expect(started).toBeUndefined();
  });

  test.each(['redis://:secret@h:1', 'rediss://h:1', 'rediss://:secret@h', 'secret'])(
    'that is wrong, such as %s, is told without repeating it',
    async (REDIS_URL) => {
      const opening = openLocalRedis({ REDIS_URL });

      await expect(opening).rejects.toThrow('REDIS_URL is wrong: expected rediss://:password@host:port');
      await expect(opening).rejects.not.toThrow(/:secret@h/);
    },
  );
});

describe('the Redis cluster of this machine', () => {
  test('answers by TLS and password alone, and leaves nothing when it is stopped', async () => {
    const before = descendants(process.pid);
    const cluster = await startRedisCluster();
    const redis = await openTestRedis(cluster);
    const states: unknown[] = [];
    await redis.onEachNode(async (node) => {
      states.push(await node.config('GET', 'port'), await node.config('GET', 'requirepass'));
    });
    await redis.close();
    await cluster.stop();

    expect(states).toEqual([
      ['port', '0'],
      ['requirepass', cluster.password],
      ['port', '0'],
      ['requirepass', cluster.password],
    ]);
    await eventually('its processes are gone', () => descendants(process.pid).every((pid) => before.includes(pid)));
    expect(existsSync(dirname(cluster.caFile))).toBe(false);
  });

  test('goes with the process that started it, even when that is killed', async () => {
    const script = `
      require('./local/redis-cluster.ts').startRedisCluster().then(({ caFile }) => console.log(caFile));`;
    const owner = spawn(process.execPath, ['--import', 'tsx', '--eval', script], {
      cwd: join(__dirname, '..', '..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const caFile = await new Promise<string>((resolve) => {
      owner.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8').trim()));
    });
    const servers = descendants(owner.pid ?? 0);
    expect(servers.length).toBeGreaterThanOrEqual(2);
    owner.kill('SIGKILL');

    await eventually(
      'its processes and files are gone',
      () => !servers.some(isRunning) && !existsSync(dirname(caFile)),
    );
  });
});

describe('the Redis of this machine that stands alone', () => {
  test('answers by TLS and password, evicts nothing, and is empty after a crash', async () => {
    const server = await startRedisServer();
    const { host, port, password, caFile } = server;
    const redis = new Redis({ host, port, password, tls: { ca: readFileSync(caFile) }, retryStrategy: () => 25 });
    redis.on('error', () => undefined);
    try {
      await redis.set('a', 'b');
      expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
      expect(await redis.info('cluster')).toContain('cluster_enabled:0');
      await server.kill();
      await server.restart();
      await eventually('it is empty', async () => (await redis.dbsize().catch(() => undefined)) === 0);
    } finally {
      redis.disconnect();
      await server.stop();
    }
    expect(existsSync(dirname(caFile))).toBe(false);
  });
});
