import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { SHARD_BYTES_PER_SECOND, SHARD_RECORDS_PER_SECOND, type TenantSettings } from '../tenant';
import { acknowledge } from './acknowledge';
import type { Names } from './naming';

/** Room above the peak: for uneven partition keys, and to catch up after an outage while new events arrive. */
const HEAD_ROOM = 2;

/**
 * Two for each of the processors that always run. A shard is read by one processor at a time, so with fewer shards a third processor, which
 * scaling adds when events wait, would find nothing to do.
 */
const SHARD_COUNT_MIN = 4;

/**
 * Shards for a peak rate of events of a size, when each is a record of its own. Records bind before bytes as long as an event stays
 * below a thousand bytes.
 */
export function shardCount(peakEventsPerSecond: number, eventBytes: number): number {
  const events = peakEventsPerSecond * HEAD_ROOM;
  return Math.max(
    SHARD_COUNT_MIN,
    Math.ceil(events / SHARD_RECORDS_PER_SECOND),
    Math.ceil((events * eventBytes) / SHARD_BYTES_PER_SECOND),
  );
}

/**
 * Shards that a new stream on demand begins with: 4 MB/s in (Kinesis Data Streams Developer Guide, "On-demand mode features and use cases").
 * Kinesis opens more as the peak grows, and never goes below.
 */
export const ON_DEMAND_SHARDS = 4;

export interface IngestStreamProps {
  readonly names: Names;
  readonly key: IKey;
  readonly peakEventsPerSecond: number;
  /** Size that is planned for one of them. */
  readonly eventBytes: number;
  readonly streamMode: TenantSettings['capacity']['streamMode'];
  /** Shards of a provisioned stream. Default: those of the peak. A stream on demand has none to set. */
  readonly shards?: number | undefined;
}

/** The stream that a pipeline reads. */
export class IngestStream extends Construct {
  readonly stream: Stream;
  /** Shards that are open at any time. On demand there may be more. */
  readonly shardCount: number;

  constructor(scope: Construct, id: string, props: IngestStreamProps) {
    super(scope, id);
    const { names, key, peakEventsPerSecond, eventBytes, streamMode, shards } = props;
    const onDemand = streamMode === 'onDemand';
    if (onDemand && shards !== undefined) {
      throw new Error(`A stream on demand has no ${shards} shards: leave capacity.shards out, or choose provisioned.`);
    }
    this.shardCount = onDemand ? ON_DEMAND_SHARDS : (shards ?? shardCount(peakEventsPerSecond, eventBytes));
    this.stream = new Stream(this, 'Stream', {
      streamName: names.of('events'),
      ...(onDemand
        ? { streamMode: StreamMode.ON_DEMAND }
        : { streamMode: StreamMode.PROVISIONED, shardCount: this.shardCount }),
      encryption: StreamEncryption.KMS,
      encryptionKey: key,
      // A week: an outage that begins on a Friday evening can be mended on Monday without losing an event.
      retentionPeriod: Duration.hours(168),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(
      this.stream,
      { solutions: ['KDS3'] },
      "The rule would have AWS's own key. The tenant's own key has a policy of its own and can be withdrawn, which patient data needs.",
    );
  }
}
