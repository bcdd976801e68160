import { isUnavailable, type Queryable, retryingOnce } from '../../../src/runtime/http/queryable';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});

/** How often a statement was run. */
function counting(inner: Queryable): Queryable & { count: number } {
  return {
    count: 0,
    async query(text, values) {
      this.count += 1;
      return inner.query(text, values);
    },
  };
}

test('a connection that breaks under a statement is not the caller’s trouble', async () => {
  await database.owner.query('CREATE SEQUENCE attempt');
  const connections = counting(database.owner);
  // A sequence goes on though the statement fails, so only the first attempt ends its own connection.
  const { rows } = await retryingOnce(connections).query<{ answer: string }>(
    `SELECT CASE WHEN nextval('attempt') = 1 THEN pg_terminate_backend(pg_backend_pid())::text ELSE 'answered' END AS answer`,
  );
  expect(rows).toEqual([{ answer: 'answered' }]);
  expect(connections.count).toBe(2);
});

test('nor are the pool’s other connections that broke with it', async () => {
  await database.owner.query('CREATE SEQUENCE round');
  // Several connections that wait in the pool, and a statement that ends them all, its own among them.
  await Promise.all(Array.from({ length: 4 }, async () => database.owner.query('SELECT pg_sleep(0.1)')));
  const { rows } = await retryingOnce(database.owner).query<{ answer: string }>(
    `SELECT CASE WHEN nextval('round') = 1 THEN (
       SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity
       WHERE datname = current_database() AND usename = current_user
     ) ELSE 'answered' END AS answer`,
  );
  expect(rows).toEqual([{ answer: 'answered' }]);
});

test('one that breaks again is, after the second time', async () => {
  const connections = counting(database.owner);
  const broken = await retryingOnce(connections)
    .query('SELECT pg_terminate_backend(pg_backend_pid())')
    .catch((error: unknown) => error);
  expect(isUnavailable(broken)).toBe(true);
  expect(connections.count).toBe(2);
});

test('a statement that is wrong is not run again', async () => {
  const connections = counting(database.owner);
  const failed = await retryingOnce(connections)
    .query('SELECT 1/0')
    .catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: '22012' });
  expect(isUnavailable(failed)).toBe(false);
  expect(connections.count).toBe(1);
});

test('a statement that took too long is not run again, and counts as the database being away', async () => {
  const connections = counting(database.pool('pipeline_api', { statementTimeoutMs: 20 }));
  const failed = await retryingOnce(connections)
    .query('SELECT pg_sleep(5)')
    .catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: '57014' });
  expect(isUnavailable(failed)).toBe(true);
  expect(connections.count).toBe(1);
});
