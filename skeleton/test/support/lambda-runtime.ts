import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyResult } from 'aws-lambda';

/** Stands in for Lambda's runtime: loads the bundle once and gives it one event after the other. */
const LAMBDA_RUNTIME = `
const { handler } = await import(process.argv[2]);
process.on('message', async (events) => {
  const answers = [];
  for (const event of events) answers.push(await handler(event));
  process.send(answers, () => process.exit(0));
});
process.send('ready');
`;

export interface LambdaRun {
  readonly answers: readonly APIGatewayProxyResult[];
  /** All that it wrote, and the same line by line: each is JSON. */
  readonly output: string;
  readonly lines: readonly Record<string, unknown>[];
}

/**
 * Runs a bundle in a process of its own, with these variables and no others.
 *
 * @param folder that `bundle` has made.
 * @throws Error with what it wrote when it ends before it has answered.
 */
export async function runLambda(
  folder: string,
  environment: Readonly<Record<string, string>>,
  events: readonly object[],
): Promise<LambdaRun> {
  const directory = await mkdtemp(join(tmpdir(), 'lambda-'));
  const runtime = join(directory, 'runtime.mjs');
  await writeFile(runtime, LAMBDA_RUNTIME);
  const child = fork(runtime, [`${folder}/index.mjs`], {
    env: { NODE_NO_WARNINGS: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const closed = once(child, 'close');
  const told = async () =>
    Promise.race([
      once(child, 'message'),
      closed.then(() => {
        throw new Error(`the function ended before it had answered: ${output}`);
      }),
    ]);
  try {
    await told();
    const answered = told();
    child.send([...events]);
    const [answers] = (await answered) as [APIGatewayProxyResult[]];
    await closed;
    const lines = output.split('\n').filter((line) => line !== '');
    return { answers, output, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
  } finally {
    child.kill('SIGKILL');
    await rm(directory, { recursive: true });
  }
}

export interface GatewayRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Below the stage, such as `/Patient/1`. */
  readonly path: string;
  /** The gateway's own name of the path. Default: the path. */
  readonly resource?: string;
  readonly query?: Readonly<Record<string, readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly requestId: string;
  /** ARN of who asks; `null` when the gateway could not tell. */
  readonly userArn: string | null;
}

/** What API Gateway's REST API hands on (proxy integration, payload format 1.0), in the stage `prod`. */
export function gatewayEvent({
  method,
  path,
  resource,
  query,
  headers,
  body,
  requestId,
  userArn,
}: GatewayRequest): object {
  return {
    resource: resource ?? path,
    path,
    httpMethod: method,
    headers: {},
    multiValueHeaders: Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, [value]])),
    queryStringParameters: null,
    multiValueQueryStringParameters: query ?? null,
    pathParameters: null,
    stageVariables: null,
    body: body?.toString('base64') ?? null,
    isBase64Encoded: body !== undefined,
    requestContext: {
      requestId,
      path: `/prod${path}`,
      domainName: 'api.hospital.example',
      identity: { userArn, caller: null },
    },
  };
}
