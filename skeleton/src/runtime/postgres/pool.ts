import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Pool, PoolClient, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import { isAuthenticationError } from './errors';
import { DatabaseLogin, DatabaseSecret, isSameLogin } from './secret';
import { databaseTls } from './tls';
import { DatabaseSettings } from '../environment';
import { Log } from '../log/log';

export interface DatabasePoolOptions {
  readonly database: Pick<DatabaseSettings, 'host' | 'port' | 'name' | 'caFile'>;
  readonly secret: DatabaseSecret;
  /** Role that each connection takes on before anything else, such as `pipeline_api`. */
  readonly role: 'pipeline_processor' | 'pipeline_api' | 'pipeline_operator' | 'pipeline_auditor' | 'pipeline_uploader';
  readonly log: Log;
  /** Seen in `pg_stat_activity`. Default: the role. */
  readonly applicationName?: string;
  /** Default 10. */
  readonly connectionsMax?: number;
  /** The server ends a statement that takes longer. Default 30 000. */
  readonly statementTimeoutMs?: number;
  /** Default 5 000. */
  readonly connectTimeoutMs?: number;
  /**
   * While the secret is being rotated, the database has the new password some seconds before Secrets Manager answers with
   * it: how long a caller is kept waiting for the two to agree again. Default 20 000.
   */
  readonly loginPatienceMs?: number;
}

/** Connections are renewed after half an hour, so that a failover's new addresses are found by all of them. */
const CONNECTION_LIFETIME_SECONDS = 1_800;
/** What a client waits beyond the server's own limit before it takes the connection for dead. */
const NETWORK_ALLOWANCE_MS = 5_000;
const LOGIN_RETRY_MS = { first: 100, most: 500 };

/**
 * Connections to PostgreSQL that outlive a rotation of the password: the login is read through Secrets Manager, and read
 * again when the server refuses it, so that a caller only waits. A connection whose statement failed is not used again,
 * since it may lead to a server that has become a reader.
 */
export class DatabasePool {
  private readonly pool: Pool;
  private readonly loginPatienceMs: number;
  private login: DatabaseLogin | undefined;

  constructor(private readonly options: DatabasePoolOptions) {
    const { database, role, log } = options;
    const statementTimeoutMs = options.statementTimeoutMs ?? 30_000;
    this.loginPatienceMs = options.loginPatienceMs ?? 20_000;
    const login = () => this.login;
    class LoginClient extends Client {
      constructor() {
        super({
          host: database.host,
          port: database.port,
          database: database.name,
          user: login()?.username,
          password: login()?.password,
          ssl: databaseTls(database.host, database.caFile),
          keepAlive: true,
          application_name: options.applicationName ?? role,
          connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
          query_timeout: statementTimeoutMs + NETWORK_ALLOWANCE_MS,
          // Set as the session begins: no statement runs before, and RESET does not lead back to the login's own rights.
          options: [
            `-c role=${role}`,
            `-c statement_timeout=${statementTimeoutMs}`,
            `-c idle_in_transaction_session_timeout=${statementTimeoutMs}`,
            '-c timezone=UTC',
          ].join(' '),
        });
      }
    }
    this.pool = new Pool({
      Client: LoginClient,
      max: options.connectionsMax ?? 10,
      maxLifetimeSeconds: CONNECTION_LIFETIME_SECONDS,
    });
    this.pool.on('error', (error) => log.event('database.connection_lost', { error }));
  }

  /** Runs one statement. @throws what `pg` throws: see `databaseErrorKind` for what it means. */
  async query<Row extends QueryResultRow>(text: string | QueryConfig, values?: unknown[]): Promise<QueryResult<Row>> {
    return this.use(async (client) => client.query<Row>(text, values));
  }

  /** Runs several statements on one connection. It is closed when `work` throws, which also ends an open transaction. */
  async use<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    const client = await this.connect();
    // A connection that breaks while it is in use tells so to the running query, and as an event that would crash us.
    const ignore = () => undefined;
    client.on('error', ignore);
    try {
      const result = await work(client);
      client.off('error', ignore);
      client.release();
      return result;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** Closes all connections once their statements are done. */
  async end(): Promise<void> {
    await this.pool.end();
  }

  private async connect(): Promise<PoolClient> {
    const { secret, log } = this.options;
    const deadline = Date.now() + this.loginPatienceMs;
    let login = await secret.current();
    for (let attempt = 1, waitMs = LOGIN_RETRY_MS.first; ; attempt += 1) {
      this.login = login;
      try {
        const client = await this.pool.connect();
        if (attempt > 1) log.event('database.login_renewed', { attempt });
        return client;
      } catch (error) {
        if (!isAuthenticationError(error) || Date.now() + waitMs > deadline) throw error;
        log.event('database.login_refused', { attempt, error });
      }
      const renewed = await secret.replace(login);
      if (isSameLogin(renewed, login)) {
        await sleep(waitMs);
        waitMs = Math.min(waitMs * 2, LOGIN_RETRY_MS.most);
      }
      login = renewed;
    }
  }
}
