import { openIngest } from './open-ingest';
import { parseIngestEnvironment } from '../../../runtime/environment';
import { createApiApp } from '../../../runtime/http/api-app';
import { apiObserver } from '../../../runtime/http/api-observer';
import { lambdaProgram } from '../../../runtime/http/lambda-program';

const environment = parseIngestEnvironment(process.env);

/** Entry of the Lambda function. Bodies come in base64 or as text. */
export const handler = lambdaProgram({
  service: 'ingest',
  environmentSuffix: environment.environmentSuffix,
  open: (log, metrics) =>
    createApiApp(openIngest(environment, log, metrics).routes, {
      // What comes in is recorded by `ingest.accepted` and the gateway: nothing is shown here.
      audit: 'none',
      observer: apiObserver(log, metrics),
      // There is no database behind it; a stream that is away is answered entry by entry.
      isUnavailable: () => false,
    }),
});
