import { randomUUID } from 'node:crypto';
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import { sharedKinesis } from './services';
import { eventually } from './test-consumer';
import { localKinesisClient } from '../../local/kinesis-emulator';

/** A stream of its own for a test, in the emulator that all test files share. */
export interface TestStream {
  readonly endpoint: string;
  readonly streamName: string;
  readonly client: KinesisClient;
  /** Puts records, spread over the shards. */
  put(records: ReadonlyArray<string | Uint8Array>): Promise<void>;
  drop(): Promise<void>;
}

/** What the emulator takes in one call. */
const PUT_MAX = 100;

export async function createTestStream(shards: number): Promise<TestStream> {
  const { endpoint } = await sharedKinesis();
  const client = localKinesisClient(endpoint, 'eu-central-1');
  const streamName = `test-${randomUUID()}`;
  await client.send(new CreateStreamCommand({ StreamName: streamName, ShardCount: shards }));
  await eventually(
    async () => {
      const { StreamDescriptionSummary } = await client.send(
        new DescribeStreamSummaryCommand({ StreamName: streamName }),
      );
      return StreamDescriptionSummary?.StreamStatus;
    },
    (status) => status === 'ACTIVE',
  );
  return {
    endpoint,
    streamName,
    client,
    put: async (records) => {
      for (let start = 0; start < records.length; start += PUT_MAX) {
        const answer = await client.send(
          new PutRecordsCommand({
            StreamName: streamName,
            Records: records
              .slice(start, start + PUT_MAX)
              .map((data) => ({ Data: Buffer.from(data), PartitionKey: randomUUID() })),
          }),
        );
        if (answer.FailedRecordCount) throw new Error(`The emulator refused ${answer.FailedRecordCount} records.`);
      }
    },
    drop: async () => {
      await client.send(new DeleteStreamCommand({ StreamName: streamName }));
      client.destroy();
    },
  };
}
