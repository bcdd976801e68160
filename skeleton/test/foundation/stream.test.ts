import fc from 'fast-check';
import { synthesize } from './support/synthesis';
import {
  PLANNED_EVENT_BYTES,
  SHARD_BYTES_PER_SECOND,
  SHARD_RECORDS_PER_SECOND,
  shardCount,
} from '../../src/foundation/stream';

const peak = fc.integer({ min: 1, max: 20_000 });

describe('the number of shards', () => {
  it('takes twice the peak, by records and by bytes', () => {
    fc.assert(
      fc.property(peak, (eventsPerSecond) => {
        const shards = shardCount(eventsPerSecond);
        expect(shards * SHARD_RECORDS_PER_SECOND).toBeGreaterThanOrEqual(2 * eventsPerSecond);
        expect(shards * SHARD_BYTES_PER_SECOND).toBeGreaterThanOrEqual(2 * eventsPerSecond * PLANNED_EVENT_BYTES);
      }),
    );
  });

  it('is the smallest that does, above four', () => {
    fc.assert(
      fc.property(peak, (eventsPerSecond) => {
        const fewer = shardCount(eventsPerSecond) - 1;
        expect(fewer < 4 || fewer * SHARD_RECORDS_PER_SECOND < 2 * eventsPerSecond).toBe(true);
      }),
    );
  });

  it.each([
    [1, 4],
    [1_000, 4],
    [2_001, 5],
    [20_000, 40],
  ])('for %i events a second is %i', (eventsPerSecond, shards) => {
    expect(shardCount(eventsPerSecond)).toBe(shards);
  });
});

describe('the stream', () => {
  it('is encrypted by the data key and keeps a week of records', () => {
    const { only } = synthesize();
    const { Properties } = only('AWS::Kinesis::Stream');

    expect(Properties).toMatchObject({
      Name: 'events-prod',
      ShardCount: 4,
      RetentionPeriodHours: 168,
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      StreamEncryption: { EncryptionType: 'KMS' },
    });
    expect(JSON.stringify(Properties.StreamEncryption)).toContain('KeysData');
  });

  it('has the shards of the tenant’s peak', () => {
    const { only } = synthesize({ capacity: { peakEventsPerSecond: 7_500 } });

    expect(only('AWS::Kinesis::Stream').Properties.ShardCount).toBe(15);
    expect(only('AWS::ApplicationAutoScaling::ScalableTarget').Properties).toMatchObject({
      MinCapacity: 2,
      MaxCapacity: 15,
    });
  });
});
