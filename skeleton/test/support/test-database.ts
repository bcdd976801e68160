import { readFileSync } from 'node:fs';
import { Pool } from 'pg';
import { SharedPostgres, sharedPostgres } from './services';
import { administrate, testSecretsManagerClient } from './template-database';
import { SecretsManagerDouble, startSecretsManager } from '../../local/doubles/secrets-manager';
import { PostgresLogin } from '../../local/postgres-server';
import { DatabaseSettings } from '../../src/runtime/environment';
import { Log } from '../../src/runtime/log/log';
import { DatabasePool, DatabasePoolOptions } from '../../src/runtime/postgres/pool';
import { DatabaseSecret } from '../../src/runtime/postgres/secret';

/** A database of its own for one test file: migrated, empty, with its own login, whose secret a double keeps. */
export interface TestDatabase {
  readonly settings: DatabaseSettings & { readonly caFile: string };
  readonly login: PostgresLogin;
  readonly secretsManager: SecretsManagerDouble;
  /** The login as the code under test gets it: through the SDK, from the double. */
  readonly secret: DatabaseSecret;
  /** With the rights of the tables' owner, to prepare and to assess. */
  readonly owner: Pool;
  /** A pool as the processes have it. Closed by `drop`. */
  pool(role: DatabasePoolOptions['role'], options?: Partial<DatabasePoolOptions>): DatabasePool;
  /** Environment variables with which a child process finds the database and its secret. */
  environment(): Record<string, string>;
  /** Gives the login another password, in the database at once and in the secret when `publish` is called. */
  rotatePassword(): Promise<{ publish: () => void }>;
  /** Closes the pools, removes database and login, stops the double. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Whose tables it has, by the folder of its migrations. Default `sample`: see `sample/`. */
  readonly workload?: string;
  /** `false`: nothing in it, to test migrations. Default `true`. */
  readonly migrated?: boolean;
  /** Another server than the one that all test files share, for tests that stop it. */
  readonly server?: SharedPostgres;
}

const REGION = 'eu-central-1';
const silent: Log = { event: () => undefined };

export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = options.server ?? (await sharedPostgres(options.workload));
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
  let login: PostgresLogin = { username: `${name}_login`, password: crypto.randomUUID() };
  const migrated = options.migrated ?? true;
  await administrate(server, [
    `CREATE ROLE ${login.username} LOGIN CREATEROLE PASSWORD '${login.password}'`,
    `GRANT ${server.owner.username} TO ${login.username} WITH INHERIT TRUE, SET TRUE`,
    grantRolesTo(login),
    migrated
      ? `CREATE DATABASE ${name} TEMPLATE ${server.templateDatabase} OWNER ${server.owner.username}`
      : `CREATE DATABASE ${name} OWNER ${login.username}`,
  ]);

  const secretArn = `arn:aws:secretsmanager:${REGION}:111122223333:secret:test/${name}-a1B2c3`;
  const secretsManager = await startSecretsManager({ [secretArn]: { ...login } });
  const client = testSecretsManagerClient(secretsManager.endpoint);
  const settings = { host: server.host, port: server.port, name, secretArn, caFile: server.caFile };
  const secret = new DatabaseSecret(client, secretArn);
  const owner = new Pool({
    host: server.host,
    port: server.port,
    database: name,
    user: migrated ? server.owner.username : login.username,
    password: migrated ? server.owner.password : login.password,
    ssl: { ca: readFileSync(server.caFile) },
    max: 4,
  });
  // Tests stop the server under it; what matters shows in the queries.
  owner.on('error', () => undefined);
  const pools: DatabasePool[] = [];

  return {
    settings,
    get login() {
      return login;
    },
    secretsManager,
    secret,
    owner,
    pool: (role, poolOptions) => {
      const pool = new DatabasePool({ database: settings, secret, role, log: silent, ...poolOptions });
      pools.push(pool);
      return pool;
    },
    environment: () => ({
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.endpoint,
      DATABASE_HOST: settings.host,
      DATABASE_PORT: String(settings.port),
      DATABASE_NAME: settings.name,
      DATABASE_SECRET_ARN: secretArn,
      DATABASE_CA_FILE: settings.caFile,
      ENVIRONMENT_SUFFIX: 'test',
    }),
    rotatePassword: async () => {
      const rotated = { ...login, password: crypto.randomUUID() };
      await administrate(server, [`ALTER ROLE ${login.username} PASSWORD '${rotated.password}'`]);
      login = rotated;
      return { publish: () => secretsManager.put(secretArn, { ...rotated }) };
    },
    drop: async () => {
      await Promise.all([owner.end(), ...pools.map(async (pool) => pool.end())]);
      client.destroy();
      await administrate(server, [
        `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`,
        // What it was granted, or granted on, goes with it.
        `DROP OWNED BY ${login.username}`,
        `DROP ROLE IF EXISTS ${login.username}`,
      ]);
      await secretsManager.close();
    },
  };
}

/** Those of every template on the server: which there are depends on the workload. */
function grantRolesTo({ username }: PostgresLogin): string {
  return `DO $$
    DECLARE role_name text;
    BEGIN
      FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'pipeline\\_%' AND NOT rolcanlogin LOOP
        EXECUTE format('GRANT %I TO ${username} WITH ADMIN TRUE, INHERIT FALSE, SET TRUE', role_name);
      END LOOP;
    END $$`;
}
