import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryResult, QueryResultRow } from 'pg';
import { databaseErrorKind, sqlStateOf } from '../postgres/errors';

/** Something that runs one statement, such as a `DatabasePool`. */
export interface Queryable {
  query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<Row>>;
}

/** SQLSTATE of a statement that ran out of its time: a second try would take as long. */
const QUERY_CANCELED = '57014';
/** What breaks one connection mostly breaks its neighbours in the pool: time for the pool to hear of them, and to drop them. */
const RETRY_PAUSE_MS = 100;

/**
 * Runs a statement a second time when the first met a connection that is gone. A Lambda environment that was frozen finds its
 * connections closed by the server, and hears of it only when it uses them; a caller need not hear of it at all.
 * So a statement may run twice: give it only those that may.
 */
export function retryingOnce(database: Queryable): Queryable {
  return {
    async query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<Row>> {
      try {
        return await database.query<Row>(text, values);
      } catch (error) {
        if (!isUnavailable(error) || sqlStateOf(error) === QUERY_CANCELED) throw error;
        await sleep(RETRY_PAUSE_MS);
        return database.query<Row>(text, values);
      }
    },
  };
}

/** Whether an error says that the database is away or too slow, rather than that the statement is wrong. */
export function isUnavailable(error: unknown): boolean {
  return databaseErrorKind(error) === 'transient';
}
