import { createServer, Server } from 'node:http';
import { SharedEmulator, startSharedEmulator } from './kinesis-emulator';
import { prepareTemplateDatabase, TEMPLATE_DATABASE } from './template-database';
import { PostgresLogin, PostgresServer, startPostgresServer } from '../../local/postgres-server';
import { LocalRedis, openLocalRedis } from '../../local/redis';
import { RedisAddress } from '../../local/redis-cluster';

/** What a test file is told about the PostgreSQL that all test files of a run share. */
export interface SharedPostgres {
  readonly host: string;
  readonly port: number;
  readonly caFile: string;
  readonly superuser: PostgresLogin;
  /** Owner of the databases: rights of an RDS master user, so no superuser. */
  readonly owner: PostgresLogin;
  readonly templateDatabase: string;
}

export interface SharedKinesis {
  readonly endpoint: string;
}

/** What a test file is told about the Redis cluster that all test files of a run share. */
export type SharedRedis = RedisAddress;

/** Where the jest workers find the services: set by the global setup, inherited by each worker. */
const ADDRESS_VARIABLE = 'TEST_SERVICES_ADDRESS';

/**
 * Services that test files share, held by jest's own process. Each starts when the first test asks for it, so a run of tests
 * that need none starts none.
 */
export class SharedServices {
  private postgres: Promise<{ server: PostgresServer; shared: SharedPostgres }> | undefined;
  private kinesis: Promise<SharedEmulator> | undefined;
  private redis: Promise<LocalRedis> | undefined;
  private server: Server | undefined;

  async listen(): Promise<void> {
    const server = createServer((request, response) => {
      // A connection that is kept alive may be closed by us just as the next test asks through it.
      response.setHeader('connection', 'close');
      this.answer(request.url ?? '').then(
        (body) => response.end(JSON.stringify(body)),
        (error: unknown) => {
          response.statusCode = 500;
          response.end(error instanceof Error ? error.stack : String(error));
        },
      );
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The shared services have no port.');
    process.env[ADDRESS_VARIABLE] = `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise<void>((resolve) => (this.server ? this.server.close(() => resolve()) : resolve()));
    const [postgres, kinesis, redis] = await Promise.all([
      this.postgres?.catch(() => undefined),
      this.kinesis?.catch(() => undefined),
      this.redis?.catch(() => undefined),
    ]);
    await Promise.all([postgres?.server.stop(), kinesis?.stop(), redis?.stop()]);
  }

  private async answer(path: string): Promise<SharedPostgres | SharedKinesis | SharedRedis> {
    switch (path) {
      case '/postgres':
        this.postgres ??= startPostgres();
        return (await this.postgres).shared;
      case '/kinesis':
        this.kinesis ??= startSharedEmulator();
        return { endpoint: (await this.kinesis).endpoint };
      case '/redis':
        this.redis ??= openLocalRedis();
        return (await this.redis).address;
      default:
        throw new Error(`There is no shared service ${path}.`);
    }
  }
}

/** The PostgreSQL of this run. */
export async function sharedPostgres(): Promise<SharedPostgres> {
  return (await ask('/postgres')) as SharedPostgres;
}

/** The Kinesis emulator of this run. */
export async function sharedKinesis(): Promise<SharedKinesis> {
  return (await ask('/kinesis')) as SharedKinesis;
}

/** The Redis cluster of this run. Others use it at the same time: it is neither flushed nor stopped. */
export async function sharedRedis(): Promise<SharedRedis> {
  return (await ask('/redis')) as SharedRedis;
}

/** A PostgreSQL of one test file alone, prepared like the shared one, for tests that stop it. */
export interface OwnPostgres {
  readonly shared: SharedPostgres;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const { server, shared } = await startPostgres();
  return { shared, restart: async () => server.restart(), stop: async () => server.stop() };
}

async function ask(path: string): Promise<unknown> {
  const address = process.env[ADDRESS_VARIABLE];
  if (address === undefined) {
    throw new Error('Shared services are started by the global setup of jest.config: run by jest.');
  }
  const response = await fetch(`${address}${path}`);
  if (!response.ok) throw new Error(`Shared service ${path} did not start:\n${await response.text()}`);
  return response.json();
}

async function startPostgres(): Promise<{ server: PostgresServer; shared: SharedPostgres }> {
  // A crash of this machine may cost the tests' data; a crash of PostgreSQL does not.
  const server = await startPostgresServer({
    settings: { fsync: 'off', full_page_writes: 'off', max_wal_size: '2GB' },
  });
  try {
    const owner = await prepareTemplateDatabase(server);
    const { host, port, caFile, superuser } = server;
    return { server, shared: { host, port, caFile, superuser, owner, templateDatabase: TEMPLATE_DATABASE } };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
