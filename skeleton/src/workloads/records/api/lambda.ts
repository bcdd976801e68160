import { createApi } from './create-api';
import { parseApiEnvironment } from '../../../runtime/environment';
import { openApiConnections } from '../../../runtime/http/api-connections';
import { apiObserver } from '../../../runtime/http/api-observer';
import { lambdaProgram } from '../../../runtime/http/lambda-program';
import { parseResourceTypes } from '../resource-types';

/** An execution environment serves one request at a time, and a request has one statement under way. */
const CONNECTIONS_MAX = 1;

const environment = parseApiEnvironment(process.env);
const resourceTypes = parseResourceTypes(process.env);

/** Entry of the Lambda function. */
export const handler = lambdaProgram({
  service: 'api',
  environmentSuffix: environment.environmentSuffix,
  open: (log, metrics) =>
    createApi({
      ...openApiConnections(environment, log, { role: 'pipeline_api', connectionsMax: CONNECTIONS_MAX }),
      observer: apiObserver(log, metrics),
      resourceTypes,
    }),
});
