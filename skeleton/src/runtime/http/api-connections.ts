import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ApiEnvironment } from '../environment';
import type { Log } from '../log/log';
import { DatabasePool } from '../postgres/pool';
import { DatabaseSecret } from '../postgres/secret';

/**
 * Patience of the API's connections, in milliseconds. API Gateway gives up after 29 s; a search and its audit record, each
 * tried twice, end before that even when the database is away.
 */
const PATIENCE = { connectTimeoutMs: 3_000, statementTimeoutMs: 5_000, loginPatienceMs: 5_000 };

/** The API's two ways to the database. */
export interface ApiConnections {
  /** A reader when there is one. */
  readonly reader: DatabasePool;
  /** Takes the audit records. The same as `reader` when there is one server only. */
  readonly writer: DatabasePool;
  close(): Promise<void>;
}

export interface ConnectionsOptions {
  /** Whose rights the connections have. */
  readonly role: 'pipeline_api' | 'pipeline_auditor';
  /** Connections to each server at most. None is opened before it is needed. */
  readonly connectionsMax: number;
}

/** Opens the ways to the database that the environment names. */
export function openApiConnections(
  environment: Pick<ApiEnvironment, 'region' | 'database' | 'databaseReaderHost'>,
  log: Log,
  { role, connectionsMax }: ConnectionsOptions,
): ApiConnections {
  const { database, databaseReaderHost, region } = environment;
  const client = new SecretsManagerClient({ region });
  const secret = new DatabaseSecret(client, database.secretArn);
  const open = (host: string) =>
    new DatabasePool({
      database: { ...database, host },
      secret,
      role,
      log,
      connectionsMax,
      ...PATIENCE,
    });
  const writer = open(database.host);
  const reader = databaseReaderHost === database.host ? writer : open(databaseReaderHost);
  return {
    reader,
    writer,
    close: async () => {
      await Promise.all([...new Set([reader, writer])].map(async (pool) => pool.end()));
      client.destroy();
    },
  };
}
