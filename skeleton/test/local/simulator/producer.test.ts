import { KinesisClient } from '@aws-sdk/client-kinesis';
import { HttpResponse } from '@smithy/core/protocols';
import type { HttpRequest } from '@smithy/types';
import { putRecords, RecordsRefusedError } from '../../../local/simulator/producer';

type Answer = { readonly SequenceNumber: string; readonly ShardId: string } | { readonly ErrorCode: string };

/** A client whose every PutRecords is answered, record by record, by a function. Throws at any other operation. */
function clientAnswering(answer: (data: string, request: number) => Answer) {
  const requests: string[][] = [];
  const client = new KinesisClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: {
      handle: async (request: HttpRequest) => {
        if (request.headers['x-amz-target'] !== 'Kinesis_20131202.PutRecords') throw new Error('Not planned.');
        const { Records } = JSON.parse(new TextDecoder().decode(request.body)) as { Records: { Data: string }[] };
        const texts = Records.map(({ Data }) => Buffer.from(Data, 'base64').toString('utf8'));
        requests.push(texts);
        const body = JSON.stringify({ Records: texts.map((text) => answer(text, requests.length)) });
        return {
          response: new HttpResponse({
            statusCode: 200,
            headers: { 'content-type': 'application/x-amz-json-1.1' },
            body: Buffer.from(body),
          }),
        };
      },
    },
  });
  return { client, requests };
}

const record = (text: string) => ({ PartitionKey: 'a', Data: Buffer.from(text) });
const taken = (text: string): Answer => ({ ShardId: 'shard', SequenceNumber: text });

describe('putting records', () => {
  test('repeats those that Kinesis refused, and only those, and answers the places in order', async () => {
    const { client, requests } = clientAnswering((text, request) =>
      text === '2' && request < 3 ? { ErrorCode: 'ProvisionedThroughputExceededException' } : taken(text),
    );

    const places = await putRecords(client, 'stream', ['1', '2', '3'].map(record));

    expect(requests).toEqual([['1', '2', '3'], ['2'], ['2']]);
    expect(places.map(({ sequenceNumber }) => sequenceNumber)).toEqual(['1', '2', '3']);
  });

  test('keeps each request within 500 records and 5 MiB', async () => {
    const { client, requests } = clientAnswering(taken);

    await putRecords(
      client,
      'stream',
      Array.from({ length: 1_001 }, (_, index) => record(String(index))),
    );
    await putRecords(
      client,
      'stream',
      Array.from({ length: 6 }, () => record('x'.repeat(1_000_000))),
    );

    expect(requests.map(({ length }) => length)).toEqual([500, 500, 1, 5, 1]);
  });

  test('puts nothing when there is nothing', async () => {
    const { client, requests } = clientAnswering(taken);

    expect(await putRecords(client, 'stream', [])).toEqual([]);
    expect(requests).toEqual([]);
  });

  test('gives up, and says how many and why, when Kinesis goes on refusing', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
    try {
      const { client } = clientAnswering(() => ({ ErrorCode: 'InternalFailure' }));

      let refused: unknown;
      putRecords(client, 'stream', [record('1')]).catch((error: unknown) => {
        refused = error;
      });
      while (refused === undefined) {
        await new Promise((resolve) => setImmediate(resolve));
        await jest.advanceTimersByTimeAsync(1_000);
      }

      expect(refused).toEqual(new RecordsRefusedError(1, ['InternalFailure']));
      expect(refused).toMatchObject({ refusedCount: 1, codes: ['InternalFailure'] });
    } finally {
      jest.useRealTimers();
    }
  });
});
