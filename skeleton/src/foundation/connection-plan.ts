/**
 * Connections that a processor opens at most: those of its pool, and one while it migrates (`src/runtime/process/processor.ts`).
 * A test compares.
 */
export const CONNECTIONS_OF_A_PROCESSOR = 13;

/** Connections that a function opens for the one request that it serves at a time: to read, and for the audit record. */
export const CONNECTIONS_OF_A_REQUEST = 2;

/** Kept free for operators, the rotation, RDS itself, and whoever must look into a database that has run full. */
const CONNECTIONS_OF_PEOPLE = 50;

/**
 * Processors that a database takes beside its functions.
 *
 * @param connections that the database takes.
 * @param requests that functions serve at the same time.
 */
export function processorsMax(connections: number, requests: number): number {
  const free = connections - CONNECTIONS_OF_PEOPLE - requests * CONNECTIONS_OF_A_REQUEST;
  return Math.floor(free / CONNECTIONS_OF_A_PROCESSOR);
}
