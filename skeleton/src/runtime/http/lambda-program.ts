import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Hono } from 'hono';
import { lambdaHandler } from './lambda-host';
import type { ApiEnvironment } from './route';
import { createLog, type Log } from '../log/log';
import { Metrics } from '../metrics/metrics';

export interface LambdaProgramOptions {
  /** Which function speaks in the log, such as `api`. */
  readonly service: string;
  /** Suffix of the environment, such as `prod`. */
  readonly environmentSuffix: string;
  /** Makes the application, once an execution environment, so that requests share its connections. */
  readonly open: (log: Log, metrics: Metrics) => Hono<ApiEnvironment>;
}

/** The `handler` of a Lambda function that answers requests of API Gateway's REST API (proxy integration). */
export function lambdaProgram({
  service,
  environmentSuffix,
  open,
}: LambdaProgramOptions): (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult> {
  const log = createLog({ service, environment: environmentSuffix });
  const metrics = new Metrics(environmentSuffix);
  const handle = lambdaHandler(open(log, metrics));
  return async (event) => {
    try {
      return await handle(event);
    } finally {
      // Lambda may freeze the environment as soon as the answer is out.
      metrics.flush();
    }
  };
}
