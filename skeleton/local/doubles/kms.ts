import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { listenOnLoopback } from './listen';

/** A KMS on loopback that knows `GenerateMac` under HMAC_256 keys it was given, and nothing else. */
export interface KmsDouble {
  /** For `AWS_ENDPOINT_URL_KMS`. */
  readonly endpoint: string;
  /** @throws Error when a request came that is not planned for. */
  close(): Promise<void>;
}

const KEY_BYTES = 32;
/** AWS KMS API reference, GenerateMac: `Message` is at most 4096 bytes. */
const MESSAGE_BYTES_MAX = 4_096;

const macRequest = z.strictObject({
  KeyId: z.string(),
  Message: z.base64(),
  MacAlgorithm: z.literal('HMAC_SHA_256'),
});

/**
 * Starts the double on a free port of 127.0.0.1. Its protocol: AWS JSON 1.1, `POST /`, operation in `X-Amz-Target`. The keys' material is
 * made on the spot and gone with the double.
 *
 * @param keyArns the HMAC_256 keys there are.
 */
export async function startKms(keyArns: readonly string[]): Promise<KmsDouble> {
  const keys = new Map(keyArns.map((arn) => [arn, randomBytes(KEY_BYTES)]));
  const faults: string[] = [];

  function perform(target: string, body: string): readonly [status: number, answer: object] {
    if (target !== 'TrentService.GenerateMac') {
      faults.push(target);
      return [501, { __type: 'UnknownOperationException', message: `The double does not plan for ${target}.` }];
    }
    const { KeyId, Message, MacAlgorithm } = macRequest.parse(JSON.parse(body));
    const key = keys.get(KeyId);
    if (key === undefined) return [400, { __type: 'NotFoundException', message: `Key '${KeyId}' does not exist` }];
    const message = Buffer.from(Message, 'base64');
    if (message.length === 0 || message.length > MESSAGE_BYTES_MAX) {
      return [400, { __type: 'ValidationException', message: `'message' must have 1 to ${MESSAGE_BYTES_MAX} bytes` }];
    }
    return [200, { KeyId, MacAlgorithm, Mac: createHmac('sha256', key).update(message).digest('base64') }];
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = String(request.headers['x-amz-target']);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
    let answered: readonly [number, object];
    try {
      answered = perform(target, Buffer.concat(chunks).toString('utf8'));
    } catch (error) {
      const message = `The double does not plan for this ${target}: ${error instanceof Error ? error.message : String(error)}`;
      faults.push(message);
      answered = [501, { __type: 'UnknownOperationException', message }];
    }
    response.writeHead(answered[0], { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answered[1]));
  }

  const server = createServer((request, response) => void answer(request, response));
  const port = await listenOnLoopback(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      if (faults.length > 0) throw new Error(`KMS's double was asked what is not planned: ${faults.join('; ')}`);
    },
  };
}
