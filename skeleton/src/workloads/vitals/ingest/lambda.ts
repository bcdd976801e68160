import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { openIngest } from './open-ingest';
import { parseIngestEnvironment } from '../../../runtime/environment';
import { createApiApp } from '../../../runtime/http/api-app';
import { apiObserver } from '../../../runtime/http/api-observer';
import { lambdaHandler } from '../../../runtime/http/lambda-host';
import { createLog } from '../../../runtime/log/log';
import { Metrics } from '../../../runtime/metrics/metrics';

// Made once an execution environment, so that requests share connections.
const environment = parseIngestEnvironment(process.env);
const log = createLog({ service: 'ingest', environment: environment.environmentSuffix });
const metrics = new Metrics(environment.environmentSuffix);
const app = createApiApp(openIngest(environment, log, metrics).routes, {
  // What comes in is recorded by `ingest.accepted` and the gateway: nothing is shown here.
  audit: 'none',
  observer: apiObserver(log, metrics),
  // There is no database behind it; a stream that is away is answered entry by entry.
  isUnavailable: () => false,
});
const handle = lambdaHandler(app);

/** Entry of the Lambda function: takes in what API Gateway's REST API hands on (proxy integration, bodies in base64 or text). */
export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  try {
    return await handle(event);
  } finally {
    // Lambda may freeze the environment as soon as the answer is out.
    metrics.flush();
  }
}
