import { sqlStateOf } from '../../../runtime/postgres/errors';
import type { DatabasePool } from '../../../runtime/postgres/pool';
import { NotYetError } from '../../../runtime/process/start';

/**
 * What PostgreSQL answers before the worker has migrated the database ("PostgreSQL Error Codes"): undefined table, column or
 * function, a role without its rights, a role that is not there, a database that is not there.
 */
const NOT_MIGRATED = new Set(['42P01', '42703', '42883', '42501', '22023', '3D000', '42704']);

/**
 * Resolves when a statement that needs the newest tables succeeds.
 *
 * @throws NotYetError before the migration; what `pg` throws for anything else.
 */
export async function schemaReady(pool: Pick<DatabasePool, 'query'>, statement: string): Promise<void> {
  try {
    await pool.query(statement);
  } catch (error) {
    if (NOT_MIGRATED.has(sqlStateOf(error) ?? '')) throw new NotYetError('the tables of the database', error);
    throw error;
  }
}
