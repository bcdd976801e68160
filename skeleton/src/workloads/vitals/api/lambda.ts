import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { createApi } from './create-api';
import { parseApiEnvironment } from '../../../runtime/environment';
import { openApiConnections } from '../../../runtime/http/api-connections';
import { apiObserver } from '../../../runtime/http/api-observer';
import { lambdaHandler } from '../../../runtime/http/lambda-host';
import { createLog } from '../../../runtime/log/log';
import { Metrics } from '../../../runtime/metrics/metrics';
import { connectLatestReadings } from '../latest-readings-connection';

/** An execution environment serves one request at a time, and a request has one statement under way. */
const CONNECTIONS_MAX = 1;

// Made once an execution environment, so that requests share connections.
const environment = parseApiEnvironment(process.env);
const log = createLog({ service: 'api', environment: environment.environmentSuffix });
const metrics = new Metrics(environment.environmentSuffix);
const connections = openApiConnections(environment, log, CONNECTIONS_MAX);
const { cache, region } = environment;
const latestReadings = connectLatestReadings({ cache, region, log, metrics })?.latestReadings;
const handle = lambdaHandler(createApi({ ...connections, observer: apiObserver(log, metrics), latestReadings }));

/** Entry of the Lambda function: answers requests of API Gateway's REST API (proxy integration). */
export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  try {
    return await handle(event);
  } finally {
    // Lambda may freeze the environment as soon as the answer is out.
    metrics.flush();
  }
}
