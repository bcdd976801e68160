import { Key } from 'aws-cdk-lib/aws-kms';
import fc from 'fast-check';
import { carries } from './support/settings';
import { itOfStreamPipelines } from './support/stream-pipeline';
import { synthesize } from './support/synthesis';
import type { Synthesis } from './support/synthesis';
import { Names } from '../../src/foundation/naming';
import { IngestStream, shardCount } from '../../src/foundation/stream';
import { PLANNED_EVENT_BYTES, SHARD_BYTES_PER_SECOND, SHARD_RECORDS_PER_SECOND } from '../../src/tenant';

const peak = fc.integer({ min: 1, max: 20_000 });
const eventBytes = fc.constantFrom(...Object.values(PLANNED_EVENT_BYTES));

/** Shards of the workload that answers without a name have, by the events of a second: those of records are larger. */
const SHARDS = carries('vitals') ? { 1_000: 4, 7_500: 15 } : { 1_000: 9, 7_500: 62 };

describe('the number of shards', () => {
  it('takes twice the peak, by records and by bytes', () => {
    fc.assert(
      fc.property(peak, eventBytes, (eventsPerSecond, bytes) => {
        const shards = shardCount(eventsPerSecond, bytes);
        expect(shards * SHARD_RECORDS_PER_SECOND).toBeGreaterThanOrEqual(2 * eventsPerSecond);
        expect(shards * SHARD_BYTES_PER_SECOND).toBeGreaterThanOrEqual(2 * eventsPerSecond * bytes);
      }),
    );
  });

  it('is the smallest that does, above four', () => {
    fc.assert(
      fc.property(peak, eventBytes, (eventsPerSecond, bytes) => {
        const fewer = shardCount(eventsPerSecond, bytes) - 1;
        const takes =
          fewer * SHARD_RECORDS_PER_SECOND >= 2 * eventsPerSecond &&
          fewer * SHARD_BYTES_PER_SECOND >= 2 * eventsPerSecond * bytes;
        expect(fewer < 4 || !takes).toBe(true);
      }),
    );
  });

  it.each([
    [1, 900, 4],
    [1_000, 900, 4],
    [2_001, 900, 5],
    [20_000, 900, 40],
    [200, 4_096, 4],
    [1_000, 4_096, 9],
  ])('for %i events a second of %i bytes is %i', (eventsPerSecond, bytes, shards) => {
    expect(shardCount(eventsPerSecond, bytes)).toBe(shards);
  });
});

describe('the stream', () => {
  itOfStreamPipelines('is encrypted by the data key and keeps a week of records', () => {
    const { only } = synthesize();
    const { Properties } = only('AWS::Kinesis::Stream');

    expect(Properties).toMatchObject({
      Name: 'events-prod',
      ShardCount: SHARDS[1_000],
      RetentionPeriodHours: 168,
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      StreamEncryption: { EncryptionType: 'KMS' },
    });
    expect(JSON.stringify(Properties.StreamEncryption)).toContain('KeysData');
  });

  itOfStreamPipelines('has the shards of the tenant’s peak', () => {
    const synthesis = synthesize({ capacity: { peakEventsPerSecond: 7_500 } });

    expect(synthesis.only('AWS::Kinesis::Stream').Properties.ShardCount).toBe(SHARDS[7_500]);
    expect(tasks(synthesis)).toMatchObject({ MinCapacity: 2, MaxCapacity: SHARDS[7_500] });
  });

  itOfStreamPipelines('has the shards that the tenant sets, and no more tasks than those', () => {
    const synthesis = synthesize({ capacity: { shards: 2, peakEventsPerSecond: 100 } });

    expect(synthesis.only('AWS::Kinesis::Stream').Properties.ShardCount).toBe(2);
    expect(tasks(synthesis)).toMatchObject({ MinCapacity: 2, MaxCapacity: 2 });
  });

  itOfStreamPipelines('on demand has no number of shards, and no more tasks than the four it begins with', () => {
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
          eventBytes: 900,
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
