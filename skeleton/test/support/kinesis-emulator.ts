import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChildGuard } from '../../local/child-guard';
import { startKinesisEmulator } from '../../local/kinesis-emulator';

export interface SharedEmulator {
  /** For `AWS_ENDPOINT_URL_KINESIS`. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Starts the local stack's Kinesis for tests, which make streams of their own in it. */
export async function startSharedEmulator(): Promise<SharedEmulator> {
  const directory = await mkdtemp(join(tmpdir(), 'pipeline-kinesis-'));
  const guard = startChildGuard([directory]);
  const emulator = await startKinesisEmulator({
    region: 'eu-central-1',
    accountId: '111122223333',
    streamName: 'unused',
    shards: 1,
    logFile: join(directory, 'emulator.log'),
    guard,
    onLost: () => undefined,
  });
  return {
    endpoint: emulator.endpoint,
    stop: async () => {
      await emulator.stop();
      await guard.dismiss();
    },
  };
}
