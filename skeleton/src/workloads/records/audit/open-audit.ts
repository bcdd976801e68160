import { auditRoutes } from './audit-routes';
import type { ApiEnvironment } from '../../../runtime/environment';
import { openApiConnections } from '../../../runtime/http/api-connections';
import { type Queryable, retryingOnce } from '../../../runtime/http/queryable';
import type { PatientDataRoute } from '../../../runtime/http/route';
import type { Log } from '../../../runtime/log/log';

/** The trail of accesses, with its way to the database. */
export interface OpenAudit {
  readonly routes: readonly PatientDataRoute[];
  /** Reads the trail and adds to it, and can do nothing else. */
  readonly auditor: Queryable;
  close(): Promise<void>;
}

/**
 * Opens the way to the trail as the auditor. The trail is read where it is written, so that an access is in it at once.
 *
 * @param connectionsMax connections at most. None is opened before it is needed.
 */
export function openAudit(environment: ApiEnvironment, log: Log, connectionsMax: number): OpenAudit {
  const connections = openApiConnections(environment, log, { role: 'pipeline_auditor', connectionsMax });
  const auditor = retryingOnce(connections.writer);
  return {
    routes: auditRoutes({ auditor, observer: `records-${environment.environmentSuffix}` }),
    auditor,
    close: async () => connections.close(),
  };
}
