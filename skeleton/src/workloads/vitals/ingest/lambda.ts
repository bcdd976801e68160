import { openIngest } from './open-ingest';
import { parseObservationIngestEnvironment } from '../../../runtime/environment';
import { ingestProgram } from '../../../runtime/http/ingest-program';

/** Entry of the Lambda function. Bodies come in base64 or as text. */
export const handler = ingestProgram(parseObservationIngestEnvironment(process.env), openIngest);
