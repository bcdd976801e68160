import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';

/** A Secrets Manager on loopback that knows `GetSecretValue` of the secrets it was given, and nothing else. */
export interface SecretsManagerDouble {
  /** For `AWS_ENDPOINT_URL_SECRETS_MANAGER`. */
  readonly endpoint: string;
  /** Answered so far, for tests of caching. */
  readonly readsCount: number;
  /** Adds a secret, or rotates it. The value is written as the JSON that RDS secrets have. */
  put(arn: string, value: Readonly<Record<string, string>>): void;
  /** @throws Error when a request came that the double does not plan for. */
  close(): Promise<void>;
}

const TARGET = 'secretsmanager.GetSecretValue';

/** Starts the double on a free port of 127.0.0.1. Its protocol: AWS JSON 1.1, `POST /`, operation in `X-Amz-Target`. */
export async function startSecretsManager(
  secrets: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): Promise<SecretsManagerDouble> {
  const values = new Map(Object.entries(secrets).map(([arn, value]) => [arn, JSON.stringify(value)]));
  const unplanned: string[] = [];
  let reads = 0;

  const server = createServer((request, response) => {
    void answer(request, response);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const target = request.headers['x-amz-target'];
    if (request.method !== 'POST' || target !== TARGET) {
      unplanned.push(`${request.method} ${request.url} ${String(target)}`);
      return send(response, 500, { __type: 'InternalServiceError', message: 'The double knows GetSecretValue only.' });
    }
    const arn = secretIdOf(body);
    const value = arn === undefined ? undefined : values.get(arn);
    if (arn === undefined || value === undefined) {
      return send(response, 400, {
        __type: 'ResourceNotFoundException',
        Message: "Secrets Manager can't find the specified secret.",
      });
    }
    reads += 1;
    return send(response, 200, {
      ARN: arn,
      Name: arn,
      SecretString: value,
      VersionId: '00000000-0000-4000-8000-000000000000',
      VersionStages: ['AWSCURRENT'],
    });
  }

  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    get readsCount() {
      return reads;
    },
    put: (arn, value) => {
      values.set(arn, JSON.stringify(value));
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      if (unplanned.length > 0) {
        throw new Error(`Secrets Manager was asked what is not planned: ${unplanned.join(', ')}`);
      }
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function secretIdOf(body: string): string | undefined {
  const request: unknown = JSON.parse(body);
  if (typeof request !== 'object' || request === null || !('SecretId' in request)) return undefined;
  return typeof request.SecretId === 'string' ? request.SecretId : undefined;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The double has no port.');
  return address.port;
}
