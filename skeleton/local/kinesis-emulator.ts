import { dirname, join } from 'node:path';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListStreamsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { ChildGuard } from './child-guard';
import { LocalStackError } from './errors';
import { freePort } from './free-port';
import { SupervisedProcess } from './supervised-process';

export interface KinesisEmulatorSettings {
  readonly region: string;
  readonly accountId: string;
  readonly streamName: string;
  readonly shards: number;
  readonly logFile: string;
  readonly guard: ChildGuard;
  /** Called when it ends by itself: its streams are gone with it. */
  readonly onLost: (reason: string) => void;
}

/** A running emulator with one active stream. */
export interface KinesisEmulator {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

const STREAM_PATIENCE_MS = 15_000;

/** Credentials that the emulator takes: any. They must not be a real account's, hence not those of the environment. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

/**
 * A client for an emulator's endpoint. HTTP/1.1, since the emulator's plain port speaks nothing else, and the SDK would
 * use HTTP/2.
 */
export function localKinesisClient(endpoint: string, region: string): KinesisClient {
  return new KinesisClient({
    endpoint,
    region,
    credentials: LOCAL_CREDENTIALS,
    requestHandler: new NodeHttpHandler(),
  });
}

/**
 * Starts `kinesis-local` on loopback and makes the stream.
 *
 * @throws LocalStackError when the emulator does not come up or refuses the stream.
 */
export async function startKinesisEmulator(settings: KinesisEmulatorSettings): Promise<KinesisEmulator> {
  const folder = emulatorFolder();
  const [port, tlsPort] = [await freePort(), await freePort()];
  const endpoint = `http://127.0.0.1:${port}`;
  const client = localKinesisClient(endpoint, settings.region);
  const emulator = new SupervisedProcess({
    name: 'The Kinesis emulator',
    nodeArguments: ['--require', join(__dirname, 'loopback-only.cjs'), join(folder, 'main.js')],
    environment: {
      KINESIS_MOCK_CERT_PATH: join(folder, 'server.json'),
      KINESIS_MOCK_PLAIN_PORT: String(port),
      KINESIS_MOCK_TLS_PORT: String(tlsPort),
      AWS_ACCOUNT_ID: settings.accountId,
      AWS_REGION: settings.region,
      SHARD_LIMIT: '500',
      SHOULD_PERSIST_DATA: 'false',
      LOG_LEVEL: 'ERROR',
    },
    logFile: settings.logFile,
    guard: settings.guard,
    isHealthy: async () => listsStreams(client),
    // It has nothing to save, and waits half a minute for idle connections when it is asked to end.
    stopPatienceMs: 0,
    afterCrash: 'report',
    onLost: settings.onLost,
  });
  try {
    await emulator.start();
    await createStream(client, settings.streamName, settings.shards);
  } catch (error) {
    await emulator.stop();
    throw error;
  } finally {
    client.destroy();
  }
  return { endpoint, stop: async () => emulator.stop() };
}

function emulatorFolder(): string {
  try {
    return dirname(require.resolve('kinesis-local/package.json'));
  } catch (cause) {
    throw new LocalStackError('The Kinesis emulator is not installed: run `npm ci` (package kinesis-local).', {
      cause,
    });
  }
}

async function listsStreams(client: KinesisClient): Promise<boolean> {
  try {
    await client.send(new ListStreamsCommand({}), { abortSignal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  }
}

async function createStream(client: KinesisClient, streamName: string, shards: number): Promise<void> {
  await client.send(new CreateStreamCommand({ StreamName: streamName, ShardCount: shards }));
  const deadline = Date.now() + STREAM_PATIENCE_MS;
  while ((await statusOf(client, streamName)) !== 'ACTIVE') {
    if (Date.now() > deadline) throw new LocalStackError(`The stream ${streamName} did not become active.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function statusOf(client: KinesisClient, streamName: string): Promise<string | undefined> {
  try {
    const answer = await client.send(new DescribeStreamSummaryCommand({ StreamName: streamName }));
    return answer.StreamDescriptionSummary?.StreamStatus;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
