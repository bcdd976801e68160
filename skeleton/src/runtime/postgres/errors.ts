/**
 * What an error of the database means for whoever ran the statement.
 *
 * - `data`: a value in the statement can never be stored; trying again is useless, leaving that value out is not.
 * - `transient`: the server is starting, restarting, failing over, overloaded or out of reach, or lost a race; the same
 *   statement may succeed later.
 * - `other`: a fault of ours or of the installation, such as a missing table or right. Nothing is lost by waiting.
 */
export type DatabaseErrorKind = 'data' | 'transient' | 'other';

/**
 * SQLSTATE classes of PostgreSQL, Appendix A "PostgreSQL Error Codes". Class 25 has the answer of a server that a failover
 * made a reader.
 */
const DATA_CLASSES = new Set(['22', '23', '54']);
const TRANSIENT_CLASSES = new Set(['08', '25', '40', '53', '55', '57', '58']);
const AUTHENTICATION_STATES = new Set(['28P01', '28000']);

/** Codes of Node.js for a connection that could not be made or broke. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Said by `pg` without any code when a connection breaks or cannot be made in time. */
const CONNECTION_MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
  'Query read timeout',
];

/** SQLSTATE of an error of PostgreSQL; `undefined` for any other error. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !NETWORK_CODES.has(code) ? code : undefined;
}

export function databaseErrorKind(error: unknown): DatabaseErrorKind {
  const sqlState = sqlStateOf(error);
  if (sqlState !== undefined) {
    const sqlClass = sqlState.slice(0, 2);
    if (DATA_CLASSES.has(sqlClass)) return 'data';
    return TRANSIENT_CLASSES.has(sqlClass) ? 'transient' : 'other';
  }
  const code = codeOf(error);
  if (code !== undefined && NETWORK_CODES.has(code)) return 'transient';
  const message = error instanceof Error ? error.message : '';
  return CONNECTION_MESSAGES.some((start) => message.startsWith(start)) ? 'transient' : 'other';
}

/** The server refused user or password: they may have been rotated. */
export function isAuthenticationError(error: unknown): boolean {
  const sqlState = sqlStateOf(error);
  return sqlState !== undefined && AUTHENTICATION_STATES.has(sqlState);
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
