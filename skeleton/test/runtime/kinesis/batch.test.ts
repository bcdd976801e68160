import * as fc from 'fast-check';
import { batchesOf, payloadOf } from '../../../src/runtime/kinesis/batch';
import { StreamRecord } from '../../../src/runtime/kinesis/shard-reader';
import { DecodedRecord, WHOLE_RECORD } from '../../../src/runtime/kinesis/workload';

/** A decoder of records that are a list of letters: capitals are events, small ones are rejected, `!` is its fault. */
function decode(data: Uint8Array): DecodedRecord<string> {
  const letters = [...Buffer.from(data).toString('utf8')].map((letter, eventIndex) => ({ letter, eventIndex }));
  if (letters.some(({ letter }) => letter === '!')) throw new Error('a fault');
  const isEvent = (letter: string) => letter === letter.toUpperCase();
  return {
    accepted: letters
      .filter(({ letter }) => isEvent(letter))
      .map(({ letter, eventIndex }) => ({ event: letter, eventIndex })),
    rejected: letters
      .filter(({ letter }) => !isEvent(letter))
      .map(({ letter, eventIndex }) => ({
        eventIndex,
        reasonCode: 'small',
        reason: 'A small letter',
        payload: Buffer.from(letter),
      })),
  };
}

const recordsOf = (...texts: string[]): StreamRecord[] =>
  texts.map((text, index) => ({ sequenceNumber: String(index), data: Buffer.from(text), arrivedAtMs: 1_000 - index }));

describe('batchesOf', () => {
  test('puts every event of every record into one batch, in order, and ends each batch at a record’s end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[A-Da-d]{0,6}$/), { maxLength: 30 }),
        fc.integer({ min: 1, max: 12 }),
        (texts, eventsMax) => {
          const batches = [...batchesOf(recordsOf(...texts), { decode }, eventsMax)];

          expect(batches.flatMap(({ events }) => events.map(({ event }) => event)).join('')).toBe(
            texts.join('').replaceAll(/[a-d]/g, ''),
          );
          expect(batches.flatMap(({ quarantined }) => quarantined).length).toBe(
            texts.join('').replaceAll(/[A-D]/g, '').length,
          );
          expect(batches.reduce((sum, { recordsCount }) => sum + recordsCount, 0)).toBe(texts.length);
          expect(batches.at(-1)?.checkpoint).toBe(texts.length === 0 ? undefined : String(texts.length - 1));
          for (const { events, quarantined, recordsCount } of batches) {
            expect(recordsCount === 1 || events.length + quarantined.length <= eventsMax).toBe(true);
          }
        },
      ),
    );
  });

  test('decodes a batch only when it is asked for', () => {
    const decoded: string[] = [];
    const batches = batchesOf(
      recordsOf('A', 'B', 'C', 'D'),
      {
        decode: (data) => {
          decoded.push(Buffer.from(data).toString());
          return decode(data);
        },
      },
      1,
    );
    batches.next();

    expect(decoded).toEqual(['A', 'B']);
  });

  test('tells when its oldest record came', () => {
    expect([...batchesOf(recordsOf('A', 'B', 'C'), { decode }, 10)].map((batch) => batch.oldestArrivedAtMs)).toEqual([
      998,
    ]);
  });

  test('puts a record apart on which the decoder fails, and goes on', () => {
    const [batch] = [...batchesOf(recordsOf('A', 'B!', 'C'), { decode }, 10)];

    expect(batch?.events.map(({ event }) => event)).toEqual(['A', 'C']);
    expect(batch?.quarantined).toEqual([
      expect.objectContaining({
        eventIndex: WHOLE_RECORD,
        sequenceNumber: '1',
        reasonCode: 'decoder_failed',
        payload: Buffer.from('B!'),
      }),
    ]);
  });
});

describe('payloadOf', () => {
  test('gives the bytes of a line as splitting the text does, and the whole record for the whole', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z{}"]{0,9}$/), { minLength: 1, maxLength: 9 }), (lines) => {
        const data = Buffer.from(lines.join('\n'));
        lines.forEach((line, index) => expect(Buffer.from(payloadOf(data, index)).toString()).toBe(line));
        expect(payloadOf(data, WHOLE_RECORD)).toBe(data);
        expect(payloadOf(data, lines.length)).toHaveLength(0);
      }),
    );
  });
});
