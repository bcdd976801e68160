import type { PoolClient, QueryResultRow } from 'pg';
import type { DatabasePool } from '../postgres/pool';

const ROWS_PER_FETCH = 2_000;

/** Lets `work` read one state of the database, however long it takes, on a connection of its own. */
export async function inSnapshot<Result>(
  pool: DatabasePool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  return pool.use(async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  });
}

/**
 * Rows of a query by a cursor of the server, so that both sides hold a few thousand rows at the most, whatever the number.
 * Needs a transaction, and that it is read to its end before the next.
 */
export async function* streamRows<Row extends QueryResultRow>(
  client: PoolClient,
  text: string,
  values: unknown[],
  rowsPerFetch = ROWS_PER_FETCH,
): AsyncGenerator<Row> {
  await client.query(`DECLARE streamed NO SCROLL CURSOR FOR ${text}`, values);
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${rowsPerFetch} FROM streamed`);
    yield* rows;
    if (rows.length < rowsPerFetch) break;
  }
  await client.query('CLOSE streamed');
}
