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

test('nor is one that breaks a moment after it, such as all of a pool do when a server goes', async () => {
  await database.owner.query('CREATE SEQUENCE round');
  const [one, other, witness] = await Promise.all(Array.from({ length: 3 }, async () => database.owner.connect()));
  if (!one || !other || !witness) throw new Error('The pool gave no connections.');
  const { rows: neighbours } = await other.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  // The pool hands out first what was given back last.
  other.release();
  one.release();
  const goingServer: Queryable = {
    query: async (text, values) => {
      try {
        return await database.owner.query(text, values);
      } catch (error) {
        void witness.query('SELECT pg_terminate_backend($1)', [neighbours[0]?.pid]);
        throw error;
      }
    },
  };

  const { rows } = await retryingOnce(goingServer).query<{ answer: string }>(
    `SELECT CASE WHEN nextval('round') = 1 THEN pg_terminate_backend(pg_backend_pid())::text
       ELSE 'answered' || pg_sleep(0.5)::text END AS answer`,
  );
  witness.release();
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
