import { Readable } from 'node:stream';
import { KinesisClient } from '@aws-sdk/client-kinesis';

export interface PutRecord {
  readonly partitionKey: string;
  readonly data: string;
  /** The same as it came, whatever its character set. */
  readonly bytes: Buffer;
}

/** What Kinesis does with one request, instead of taking all of it. */
export type PlannedPut =
  /** Refuses the records at these places (PutRecords answers 200 all the same). */
  | { readonly refuse: (record: PutRecord, index: number) => boolean }
  /** Fails the request as a whole. */
  | { readonly status: number; readonly type: string }
  /** Takes everything, and the answer is lost. */
  | { readonly loseAnswer: true };

interface DoubleRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * A stream that takes records, behind the SDK's own request handler: requests are serialized and answers parsed by the real
 * client. It knows PutRecords, and throws on anything else.
 */
export class PutRecordsDouble {
  readonly client: KinesisClient;
  /** Every request as it came. */
  readonly requests: (readonly PutRecord[])[] = [];
  /** What was taken, in its order. */
  readonly taken: PutRecord[] = [];
  /** What the next requests meet; afterwards all is taken. */
  readonly plan: PlannedPut[] = [];
  /** What every request meets that has no plan of its own. */
  always: PlannedPut | undefined;

  constructor() {
    this.client = new KinesisClient({
      region: 'eu-central-1',
      endpoint: 'http://kinesis.invalid',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      requestHandler: { handle: async (request: DoubleRequest) => ({ response: this.handle(request) }) },
    });
  }

  /** The events that were taken, in their order, as objects. */
  events(): Record<string, unknown>[] {
    return this.taken.flatMap(({ data }) =>
      data.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>),
    );
  }

  private handle({ headers, body }: DoubleRequest): object {
    const operation = String(headers['x-amz-target']).split('.')[1];
    if (operation !== 'PutRecords') throw new Error(`The double does not plan for ${String(operation)}.`);
    const { Records } = JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array)) as {
      Records: { PartitionKey: string; Data: string }[];
    };
    const records = Records.map(({ PartitionKey, Data }) => ({
      partitionKey: PartitionKey,
      data: Buffer.from(Data, 'base64').toString('utf8'),
      bytes: Buffer.from(Data, 'base64'),
    }));
    this.requests.push(records);
    const planned = this.plan.shift() ?? this.always;
    if (planned !== undefined && 'status' in planned) return answer(planned.status, { __type: planned.type });
    const results = records.map((record, index) => {
      if (planned !== undefined && 'refuse' in planned && planned.refuse(record, index)) {
        return { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'planned' };
      }
      this.taken.push(record);
      return { SequenceNumber: String(this.taken.length), ShardId: 'shardId-000000000000' };
    });
    if (planned !== undefined && 'loseAnswer' in planned) {
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    }
    return answer(200, { Records: results, FailedRecordCount: results.filter((one) => 'ErrorCode' in one).length });
  }
}

function answer(statusCode: number, body: object): object {
  return {
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: Readable.from([Buffer.from(JSON.stringify(body))]),
  };
}
