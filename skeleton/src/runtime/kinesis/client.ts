import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';

const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 10_000;
/** One call waits a second at most between attempts; beyond that the reader waits, and says so in the log. */
const ATTEMPTS_MAX = 3;

/**
 * A client for reading. HTTP/1.1, since a shard needs one call at a time and HTTP/2 sessions break on large answers.
 * Endpoint and credentials are the SDK's own matter: `AWS_ENDPOINT_URL_KINESIS`, the task's role.
 */
export function createKinesisClient(region: string): KinesisClient {
  return new KinesisClient({
    region,
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
    }),
  });
}

const PUT_TIMEOUT_MS = 3_000;

/** A client for putting records while a caller waits: less patient, since `StreamWriter` tries again by itself. */
export function createKinesisPutClient(region: string): KinesisClient {
  return new KinesisClient({
    region,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: PUT_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    }),
  });
}
