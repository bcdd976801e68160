import type { Queryable } from './queryable';
import type { PlainRoute } from './route';

/** `GET /health`: 200 when every database answers; else the error's own answer, 503 when one is away. */
export function healthRoute(databases: readonly Queryable[]): PlainRoute {
  return {
    path: '/health',
    patientData: 'none',
    get: async () => {
      await Promise.all(databases.map(async (database) => database.query('SELECT 1')));
      return { status: 200, contentType: 'application/json', body: { status: 'ok', database: 'reachable' } };
    },
  };
}
