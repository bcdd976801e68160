import { openIngest, parseRecordsIngestEnvironment } from './open-ingest';
import { ingestProgram } from '../../../runtime/http/ingest-program';

/** Entry of the Lambda function. Bodies come in base64 or as text. */
export const handler = ingestProgram(parseRecordsIngestEnvironment(process.env), openIngest);
