import * as fc from 'fast-check';
import { packLines, type StreamRecord } from '../../../src/runtime/kinesis/pack-lines';
import { StreamWriter } from '../../../src/runtime/kinesis/put-records';
import type { EventName } from '../../../src/runtime/log/vocabulary';
import { PutRecordsDouble } from '../../support/put-records-double';

function prepare(patienceMs = 5_000) {
  const stream = new PutRecordsDouble();
  const logged: { event: EventName; fields: object | undefined }[] = [];
  const log = { event: (event: EventName, fields?: object) => void logged.push({ event, fields }) };
  const writer = new StreamWriter({ client: stream.client, streamName: 'events', log, patienceMs });
  return { stream, writer, logged };
}

function record(key: string, data: string): StreamRecord {
  return { PartitionKey: key, Data: Buffer.from(data) };
}

test('takes records in one request when nothing stands in the way', async () => {
  const { stream, writer, logged } = prepare();
  const records = [record('a', '1'), record('b', '2')];
  expect(await writer.put(records)).toEqual(new Set(records));
  expect(stream.requests).toMatchObject([
    [
      { partitionKey: 'a', data: '1' },
      { partitionKey: 'b', data: '2' },
    ],
  ]);
  expect(logged).toEqual([]);
});

test('puts again what Kinesis refused, and that alone', async () => {
  const { stream, writer, logged } = prepare();
  stream.plan.push({ refuse: ({ partitionKey }) => partitionKey === 'b' });
  const records = [record('a', '1'), record('b', '2'), record('c', '3')];
  expect((await writer.put(records)).size).toBe(3);
  expect(stream.requests[1]).toMatchObject([{ partitionKey: 'b', data: '2' }]);
  expect(logged).toMatchObject([{ event: 'stream.put_delayed', fields: { recordsCount: 1, attempt: 1 } }]);
});

test('puts no record before Kinesis has taken those of its key ahead of it', async () => {
  const { stream, writer } = prepare();
  stream.plan.push({ refuse: () => true }, { refuse: (_record, index) => index === 0 });
  await writer.put([record('a', '1'), record('a', '2'), record('b', '3'), record('a', '4'), record('b', '5')]);
  const order = (key: string) =>
    stream.taken.filter(({ partitionKey }) => partitionKey === key).map(({ data }) => data);
  expect([order('a'), order('b')]).toEqual([
    ['1', '2', '4'],
    ['3', '5'],
  ]);
});

test('whatever Kinesis refuses, each key’s records arrive in order and what is told as taken has arrived', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }),
      fc.array(fc.array(fc.boolean(), { maxLength: 3 }), { maxLength: 4 }),
      async (keys, refusals) => {
        const { stream, writer } = prepare();
        stream.plan.push(
          ...refusals.map((refused) => ({ refuse: (_: unknown, index: number) => refused[index] ?? false })),
        );
        const records = keys.map((key, index) => record(key, String(index)));
        const taken = await writer.put(records);
        expect(taken.size).toBe(records.length);
        for (const key of ['a', 'b', 'c']) {
          const arrived = stream.taken.filter((one) => one.partitionKey === key).map(({ data }) => Number(data));
          expect(arrived).toEqual(keys.flatMap((one, index) => (one === key ? [index] : [])));
        }
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);

test('puts more than a request holds by several', async () => {
  const { stream, writer } = prepare();
  await writer.put(Array.from({ length: 1_100 }, (_, index) => record(`p-${index}`, 'x')));
  expect(stream.requests.map((request) => request.length)).toEqual([500, 500, 100]);
  const large = prepare();
  await large.writer.put(Array.from({ length: 6 }, (_, index) => record(`p-${index}`, 'x'.repeat(1_000_000))));
  expect(large.stream.requests.map((request) => request.length)).toEqual([5, 1]);
});

test('gives up after its patience and tells what was taken', async () => {
  const { stream, writer } = prepare(300);
  stream.always = { refuse: ({ partitionKey }) => partitionKey === 'busy' };
  const records = [record('busy', '1'), record('free', '2'), record('busy', '3')];
  const startedAtMs = performance.now();
  expect(await writer.put(records)).toEqual(new Set([records[1]]));
  expect(performance.now() - startedAtMs).toBeLessThan(2_000);
});

test.each([
  ['ProvisionedThroughputExceededException', 400],
  ['KMSThrottlingException', 400],
  ['InternalFailure', 500],
])('puts again after %s', async (type, status) => {
  const { stream, writer, logged } = prepare();
  stream.plan.push({ status, type });
  expect((await writer.put([record('a', '1')])).size).toBe(1);
  expect(logged.map(({ event }) => event)).toEqual(['stream.put_failed', 'stream.put_delayed']);
});

test('puts again after an answer was lost, so that the record comes twice and never not at all', async () => {
  const { stream, writer } = prepare();
  stream.plan.push({ loseAnswer: true });
  expect((await writer.put([record('a', '1')])).size).toBe(1);
  expect(stream.taken).toHaveLength(2);
});

test.each([
  ['AccessDeniedException', 400],
  ['ResourceNotFoundException', 400],
  ['KMSAccessDeniedException', 400],
])('throws %s at once, since it would come again', async (name, status) => {
  const { stream, writer } = prepare();
  stream.plan.push({ status, type: name });
  await expect(writer.put([record('a', '1')])).rejects.toMatchObject({ name });
  expect(stream.requests).toHaveLength(1);
});

describe('lines', () => {
  const line = (partitionKey: string, text: string) => ({ partitionKey, line: text });

  test('of one key go into one record, in order', () => {
    const packed = packLines([line('a', '1'), line('b', '2'), line('a', '3')]);
    expect(packed.map(({ record: { PartitionKey, Data } }) => [PartitionKey, String(Data)])).toEqual([
      ['a', '1\n3'],
      ['b', '2'],
    ]);
    expect(packed[0]?.lines.map((one) => one.line)).toEqual(['1', '3']);
  });

  test('go into as few records as their limits allow, none of them lost', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ partitionKey: fc.constantFrom('a', 'b'), line: fc.stringMatching(/^[xé]{0,30}$/) })),
        fc.integer({ min: 1, max: 60 }),
        (lines, bytesMax) => {
          const packed = packLines(lines, { bytesMax });
          for (const { record: one, lines: within } of packed) {
            expect(one.Data.length <= bytesMax || within.length === 1).toBe(true);
          }
          for (const key of ['a', 'b']) {
            const again = packed.filter(({ record: one }) => one.PartitionKey === key).flatMap((one) => one.lines);
            expect(again).toEqual(lines.filter(({ partitionKey }) => partitionKey === key));
          }
        },
      ),
    );
  });
});
