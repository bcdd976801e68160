import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { listenOnLoopback } from './listen';
import { SecretVersions } from './secret-versions';

/**
 * A secret's value: an object is written as the JSON that RDS secrets have, a text is the whole secret, as an auth token of
 * ElastiCache is.
 */
export type SecretValue = string | Readonly<Record<string, string>>;

/**
 * What a rotation function does, but for the moving of labels (AWS Secrets Manager User Guide, "Lambda rotation functions":
 * create_secret, set_secret, test_secret, finish_secret).
 */
export interface SecretRotation {
  /** How long the service has the next value before readers of the secret get it, in milliseconds. */
  readonly windowMs: number;
  /** The next value. */
  create(current: string): string;
  /** Sets the next value in the service that the secret opens. */
  set(current: string, pending: string): Promise<void>;
  /** Rejects where the next value does not open the service. */
  test(pending: string): Promise<void>;
}

/**
 * A Secrets Manager on loopback that knows `GetSecretValue`, `DescribeSecret` and `RotateSecret` of the secrets it was given,
 * and nothing else.
 */
export interface SecretsManagerDouble {
  /** For `AWS_ENDPOINT_URL_SECRETS_MANAGER`. */
  readonly endpoint: string;
  /** Values answered so far, for tests of caching. */
  readonly readsCount: number;
  /** Adds a secret, or gives it another value at once. */
  put(arn: string, value: SecretValue): void;
  /** Lets `RotateSecret` rotate a secret that was put. */
  rotateWith(arn: string, rotation: SecretRotation): void;
  /** Ends once no rotation is under way. @throws Error when a request came that is not planned for, or a rotation failed. */
  close(): Promise<void>;
}

interface StoredSecret {
  readonly versions: SecretVersions;
  rotation: SecretRotation | undefined;
  isRotating: boolean;
  rotatedAtMs: number | undefined;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

const secretRequest = z.strictObject({ SecretId: z.string() });
const rotateRequest = z.strictObject({ SecretId: z.string(), ClientRequestToken: z.uuid() });
const NOT_FOUND = refusal('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");

/** Starts the double on a free port of 127.0.0.1. Its protocol: AWS JSON 1.1, `POST /`, operation in `X-Amz-Target`. */
export async function startSecretsManager(
  secrets: Readonly<Record<string, SecretValue>> = {},
): Promise<SecretsManagerDouble> {
  const stored = new Map<string, StoredSecret>();
  const rotations = new Set<Promise<void>>();
  const faults: string[] = [];
  let reads = 0;

  function put(arn: string, value: SecretValue): void {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const secret = stored.get(arn);
    if (secret) {
      secret.versions.put(text);
    } else {
      const versions = new SecretVersions(text);
      stored.set(arn, { versions, rotation: undefined, isRotating: false, rotatedAtMs: undefined });
    }
  }

  function perform(target: string | undefined, body: string): Answer {
    switch (target) {
      case 'secretsmanager.GetSecretValue':
        return getSecretValue(secretRequest.parse(JSON.parse(body)).SecretId);
      case 'secretsmanager.DescribeSecret':
        return describeSecret(secretRequest.parse(JSON.parse(body)).SecretId);
      case 'secretsmanager.RotateSecret': {
        const { SecretId, ClientRequestToken } = rotateRequest.parse(JSON.parse(body));
        return rotateSecret(SecretId, ClientRequestToken);
      }
      default:
        throw new Error(`no operation ${String(target)}`);
    }
  }

  function getSecretValue(arn: string): Answer {
    const secret = stored.get(arn);
    if (secret === undefined) return NOT_FOUND;
    reads += 1;
    const { versionId, text } = secret.versions.current;
    return answered({
      ARN: arn,
      Name: arn,
      SecretString: text,
      VersionId: versionId,
      VersionStages: ['AWSCURRENT'],
    });
  }

  function describeSecret(arn: string): Answer {
    const secret = stored.get(arn);
    if (secret === undefined) return NOT_FOUND;
    return answered({
      ARN: arn,
      Name: arn,
      RotationEnabled: secret.rotation !== undefined,
      ...(secret.rotatedAtMs !== undefined && { LastRotatedDate: secret.rotatedAtMs / 1_000 }),
      VersionIdsToStages: secret.versions.stages,
    });
  }

  /** Answers as soon as the rotation has begun, as AWS does: whoever wants to know its end asks `DescribeSecret`. */
  function rotateSecret(arn: string, versionId: string): Answer {
    const secret = stored.get(arn);
    if (secret === undefined) return NOT_FOUND;
    const { rotation } = secret;
    if (rotation === undefined) {
      return refusal('InvalidRequestException', 'No Lambda rotation function ARN is associated with this secret.');
    }
    if (secret.isRotating) {
      return refusal(
        'InvalidRequestException',
        "A previous rotation isn't complete. That rotation will be reattempted.",
      );
    }
    secret.isRotating = true;
    const rotating = rotate(secret, rotation, versionId).then(
      () => {
        secret.isRotating = false;
      },
      // It stays half done, as in AWS until the function is mended.
      (error: unknown) => void faults.push(`the rotation of ${arn} failed: ${String(error)}`),
    );
    rotations.add(rotating);
    void rotating.finally(() => rotations.delete(rotating));
    return answered({ ARN: arn, Name: arn, VersionId: versionId });
  }

  const server = createServer((request, response) => {
    void answer(request, response);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const target = request.headers['x-amz-target']?.toString();
    try {
      const { status, body: answerBody } = perform(target, body);
      send(response, status, answerBody);
    } catch (error) {
      // The request's values are no secret's: it names a secret and asks for it.
      const fault = `${String(target)} ${body}: ${error instanceof Error ? error.message : String(error)}`;
      faults.push(`it was asked what is not planned: ${fault}`);
      send(response, 500, { __type: 'InternalServiceError', message: `The double does not plan for ${fault}` });
    }
  }

  for (const [arn, value] of Object.entries(secrets)) put(arn, value);
  const port = await listenOnLoopback(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    get readsCount() {
      return reads;
    },
    put,
    rotateWith: (arn, rotation) => {
      const secret = stored.get(arn);
      if (secret === undefined) throw new Error(`There is no secret ${arn} to rotate: put it first.`);
      secret.rotation = rotation;
    },
    close: async () => {
      await Promise.all(rotations);
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      if (faults.length > 0) throw new Error(`Secrets Manager's double: ${faults.join('; ')}`);
    },
  };
}

async function rotate(secret: StoredSecret, rotation: SecretRotation, versionId: string): Promise<void> {
  const { versions } = secret;
  const { text: current } = versions.current;
  const pending = rotation.create(current);
  versions.propose({ versionId, text: pending });
  await rotation.set(current, pending);
  await rotation.test(pending);
  await sleep(rotation.windowMs);
  versions.finish();
  secret.rotatedAtMs = Date.now();
}

function answered(body: object): Answer {
  return { status: 200, body };
}

function refusal(type: string, message: string): Answer {
  return { status: 400, body: { __type: type, Message: message } };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}
