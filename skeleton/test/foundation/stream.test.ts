import { Key } from 'aws-cdk-lib/aws-kms';
import fc from 'fast-check';
import { synthesize } from './support/synthesis';
import type { Synthesis } from './support/synthesis';
import { Names } from '../../src/foundation/naming';
import {
  IngestStream,
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
    const synthesis = synthesize({ capacity: { peakEventsPerSecond: 7_500 } });

    expect(synthesis.only('AWS::Kinesis::Stream').Properties.ShardCount).toBe(15);
    expect(tasks(synthesis)).toMatchObject({ MinCapacity: 2, MaxCapacity: 15 });
  });

  it('has the shards that the tenant sets, and no more tasks than those', () => {
    const synthesis = synthesize({ capacity: { shards: 2 } });

    expect(synthesis.only('AWS::Kinesis::Stream').Properties.ShardCount).toBe(2);
    expect(tasks(synthesis)).toMatchObject({ MinCapacity: 2, MaxCapacity: 2 });
  });

  it('on demand has no number of shards, and no more tasks than the four it begins with', () => {
    const synthesis = synthesize({ capacity: { peakEventsPerSecond: 20_000, streamMode: 'onDemand' } });
    const { Properties } = synthesis.only('AWS::Kinesis::Stream');

    expect(Properties).toMatchObject({
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      StreamEncryption: { EncryptionType: 'KMS' },
      RetentionPeriodHours: 168,
    });
    expect(Properties.ShardCount).toBeUndefined();
    expect(tasks(synthesis)).toMatchObject({ MinCapacity: 2, MaxCapacity: 4 });
  });

  it('refuses a number of shards on demand, whoever builds it', () => {
    const { stack } = synthesize();
    const names = new Names({ environmentSuffix: 'icu', accountId: '111122223333', region: 'eu-west-1' });

    expect(
      () =>
        new IngestStream(stack, 'Refused', {
          names,
          key: new Key(stack, 'RefusedKey'),
          peakEventsPerSecond: 1,
          streamMode: 'onDemand',
          shards: 4,
        }),
    ).toThrow('leave capacity.shards out');
  });
});

/** Limits between which the number of tasks is scaled. */
function tasks({ ofType }: Synthesis): unknown {
  return ofType('AWS::ApplicationAutoScaling::ScalableTarget').find(
    ({ Properties }) => Properties.ServiceNamespace === 'ecs',
  )?.Properties;
}
