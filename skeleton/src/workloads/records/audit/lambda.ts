import { openAudit } from './open-audit';
import { parseApiEnvironment } from '../../../runtime/environment';
import { createApiApp } from '../../../runtime/http/api-app';
import { apiObserver } from '../../../runtime/http/api-observer';
import { lambdaProgram } from '../../../runtime/http/lambda-program';
import { PostgresAccessAudit } from '../../../runtime/http/postgres-access-audit';
import { isUnavailable } from '../../../runtime/http/queryable';

/** An execution environment serves one request at a time, and a request has one statement under way. */
const CONNECTIONS_MAX = 1;

const environment = parseApiEnvironment(process.env);

/** Entry of the Lambda function. */
export const handler = lambdaProgram({
  service: 'audit',
  environmentSuffix: environment.environmentSuffix,
  open: (log, metrics) => {
    const { routes, auditor } = openAudit(environment, log, CONNECTIONS_MAX);
    return createApiApp(routes, {
      audit: new PostgresAccessAudit(auditor),
      observer: apiObserver(log, metrics),
      isUnavailable,
    });
  },
});
