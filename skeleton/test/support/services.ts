import { readdirSync } from 'node:fs';
import { createServer, Server } from 'node:http';
import { SharedEmulator, startSharedEmulator } from './kinesis-emulator';
import { createOwner, prepareTemplateDatabase, SAMPLE_WORKLOAD } from './template-database';
import { PostgresLogin, PostgresServer, startPostgresServer } from '../../local/postgres-server';

/** What a test file is told about the PostgreSQL that all test files of a run share. */
export interface SharedPostgres {
  readonly host: string;
  readonly port: number;
  readonly caFile: string;
  readonly superuser: PostgresLogin;
  /** Owner of the databases: rights of an RDS master user, so no superuser. */
  readonly owner: PostgresLogin;
  /** Migrated for the workload that was asked for: the tests' databases are copies of it. */
  readonly templateDatabase: string;
}

export interface SharedKinesis {
  readonly endpoint: string;
}

/** A service of one workload's tests, started by a module of this folder. */
export interface StartedService {
  /** What a test file is told about it: plain values. */
  readonly shared: unknown;
  stop(): Promise<void>;
}

/** Where the jest workers find the services: set by the global setup, inherited by each worker. */
const ADDRESS_VARIABLE = 'TEST_SERVICES_ADDRESS';

/**
 * Services that test files share, held by jest's own process. Each starts when the first test asks for it, so a run of tests
 * that need none starts none.
 */
export class SharedServices {
  private postgres: Promise<TestPostgres> | undefined;
  private kinesis: Promise<SharedEmulator> | undefined;
  private readonly others = new Map<string, Promise<StartedService>>();
  private starters: ReadonlyMap<string, Starter> = new Map();
  private server: Server | undefined;

  /** Called while jest's global setup runs. */
  async listen(): Promise<void> {
    this.starters = await loadStarters();
    const server = createServer((request, response) => {
      // A connection that is kept alive may be closed by us just as the next test asks through it.
      response.setHeader('connection', 'close');
      this.answer(new URL(request.url ?? '', 'http://127.0.0.1')).then(
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
    const started = await Promise.all(
      [this.postgres, this.kinesis, ...this.others.values()].map(async (service) => service?.catch(() => undefined)),
    );
    await Promise.all(started.map(async (service) => service?.stop()));
  }

  private async answer({ pathname, searchParams }: URL): Promise<unknown> {
    switch (pathname) {
      case '/postgres':
        this.postgres ??= TestPostgres.start();
        return (await this.postgres).sharedFor(searchParams.get('workload') ?? SAMPLE_WORKLOAD);
      case '/kinesis':
        this.kinesis ??= startSharedEmulator();
        return { endpoint: (await this.kinesis).endpoint };
      default: {
        const name = pathname.slice(1);
        const start = this.starters.get(name);
        if (start === undefined) throw new Error(`No file shared-${name}.ts in test/support starts a service ${name}.`);
        const service = this.others.get(name) ?? start();
        this.others.set(name, service);
        return (await service).shared;
      }
    }
  }
}

type Starter = () => Promise<StartedService>;

/**
 * A service that only some workloads' tests need lies in `shared-<name>.ts`: repositories of others go without the file. All are
 * loaded at once, since jest translates TypeScript for its own process only while its setup runs, and none is started.
 */
async function loadStarters(): Promise<ReadonlyMap<string, Starter>> {
  const names = readdirSync(__dirname).flatMap((file) => /^shared-(.+)\.ts$/.exec(file)?.[1] ?? []);
  const modules = names.map(async (name) => {
    const { start } = (await import(`./shared-${name}`)) as { start: Starter };
    return [name, start] as const;
  });
  return new Map(await Promise.all(modules));
}

/** The PostgreSQL of this run, with a template for the workload. */
export async function sharedPostgres(workload: string = SAMPLE_WORKLOAD): Promise<SharedPostgres> {
  return (await sharedService(`postgres?workload=${workload}`)) as SharedPostgres;
}

/** The Kinesis emulator of this run. */
export async function sharedKinesis(): Promise<SharedKinesis> {
  return (await sharedService('kinesis')) as SharedKinesis;
}

/** What a service of this run says of itself, which is started when nobody has asked for it yet. */
export async function sharedService(name: string): Promise<unknown> {
  const address = process.env[ADDRESS_VARIABLE];
  if (address === undefined) {
    throw new Error('Shared services are started by the global setup of jest.config: run by jest.');
  }
  const response = await fetch(`${address}/${name}`);
  if (!response.ok) throw new Error(`Shared service ${name} did not start:\n${await response.text()}`);
  return response.json();
}

/** A PostgreSQL of one test file alone, prepared like the shared one, for tests that stop it. */
export interface OwnPostgres {
  readonly shared: SharedPostgres;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOwnPostgres(workload: string): Promise<OwnPostgres> {
  const postgres = await TestPostgres.start();
  try {
    const shared = await postgres.sharedFor(workload);
    return { shared, restart: async () => postgres.restart(), stop: async () => postgres.stop() };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** A server with a migrated template for each workload that somebody asks for. */
class TestPostgres {
  static async start(): Promise<TestPostgres> {
    // A crash of this machine may cost the tests' data; a crash of PostgreSQL does not.
    const server = await startPostgresServer({
      settings: { fsync: 'off', full_page_writes: 'off', max_wal_size: '2GB' },
    });
    try {
      return new TestPostgres(server, await createOwner(server));
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  private readonly templates = new Map<string, Promise<string>>();

  private constructor(
    private readonly server: PostgresServer,
    private readonly owner: PostgresLogin,
  ) {}

  async sharedFor(workload: string): Promise<SharedPostgres> {
    const { server, owner } = this;
    const template = this.templates.get(workload) ?? prepareTemplateDatabase(server, owner, workload);
    this.templates.set(workload, template);
    const { host, port, caFile, superuser } = server;
    return { host, port, caFile, superuser, owner, templateDatabase: await template };
  }

  async restart(): Promise<void> {
    await this.server.restart();
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }
}
