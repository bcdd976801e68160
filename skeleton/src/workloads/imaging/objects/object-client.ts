import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';

const CONNECT_TIMEOUT_MS = 3_000;
/** S3 may copy a large range before it answers. */
const REQUEST_TIMEOUT_MS = 60_000;
const ATTEMPTS_MAX = 3;

/**
 * A client for large objects. Bodies are not signed, since that is a SHA-256 of every byte: TLS protects them on the way, and each part
 * has a CRC-32 with it, which S3 checks before it keeps the part (Amazon S3 User Guide, "Checking object integrity").
 * Endpoint and credentials are the SDK's own matter: `AWS_ENDPOINT_URL_S3`, the task's role.
 */
export function createObjectClient(region: string): S3Client {
  const agent = { keepAlive: true, maxSockets: 32 };
  const client = new S3Client({
    region,
    maxAttempts: ATTEMPTS_MAX,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    }),
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      const { request } = args;
      if (typeof request === 'object' && request !== null && 'headers' in request) {
        Object.assign(Object(request.headers), { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' });
      }
      return next(args);
    },
    { step: 'build', name: 'unsignedPayload' },
  );
  return client;
}
