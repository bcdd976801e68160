import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { recordOf, vitalEvent } from './vital-events';
import { payloadOf } from '../../../src/runtime/kinesis/batch';
import { WHOLE_RECORD } from '../../../src/runtime/kinesis/workload';
import { decodeRecord } from '../../../src/workloads/vitals/record';

const decode = (data: string | Uint8Array) => decodeRecord(Buffer.from(data), new Date(), 90);
const codesOf = (data: string | Uint8Array) =>
  decode(data).rejected.map(({ eventIndex, reasonCode }) => [eventIndex, reasonCode]);

describe('a record', () => {
  test('gives the events of all its lines, in their order, with their places', () => {
    const [first, second] = [vitalEvent(), vitalEvent()];

    const { accepted, rejected } = decode(`${JSON.stringify(first)}\r\n\n  \n${JSON.stringify(second)}\n`);

    expect(accepted.map(({ eventIndex, event }) => [eventIndex, event.id])).toEqual([
      [0, first.id],
      [3, second.id],
    ]);
    expect(rejected).toEqual([]);
  });

  test('keeps its good events when others are bad, and tells place, reason and bytes of those', () => {
    const good = vitalEvent();
    const bad = JSON.stringify({ ...vitalEvent(), patientId: '' });

    const { accepted, rejected } = decode(`{"broken\n${JSON.stringify(good)}\n${bad}`);

    expect(accepted.map(({ event }) => event.id)).toEqual([good.id]);
    expect(rejected).toEqual([
      { eventIndex: 0, reasonCode: 'event_not_json', reason: expect.any(String), payload: Buffer.from('{"broken') },
      { eventIndex: 2, reasonCode: 'invalid_patient_id', reason: expect.any(String), payload: Buffer.from(bad) },
    ]);
  });

  test('keeps its good events when another line is not UTF-8', () => {
    const good = Buffer.from(JSON.stringify(vitalEvent()));
    const broken = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);

    const { accepted, rejected } = decode(Buffer.concat([good, Buffer.from('\n'), broken]));

    expect(accepted).toHaveLength(1);
    expect(rejected).toMatchObject([{ eventIndex: 1, reasonCode: 'event_not_utf8', payload: broken }]);
  });

  test('of two megabytes of noise is put apart as a whole, in one piece', () => {
    const noise = randomBytes(2 * 1_024 * 1_024);

    const { accepted, rejected } = decode(noise);

    expect(accepted).toEqual([]);
    expect(rejected).toHaveLength(1);
    expect(rejected[0]).toMatchObject({ eventIndex: WHOLE_RECORD, reasonCode: 'record_not_utf8' });
    expect(Buffer.compare(Buffer.from(rejected[0]?.payload ?? []), noise)).toBe(0);
  });

  test('of two megabytes of text is put apart, without being given to a parser', () => {
    expect(codesOf('x'.repeat(2 * 1_024 * 1_024))).toEqual([[0, 'event_too_large']]);
    expect(codesOf('['.repeat(2 * 1_024 * 1_024))).toEqual([[0, 'event_too_large']]);
  });

  test('measures a line in bytes', () => {
    // 16,500 characters of two bytes each.
    expect(codesOf(`"${'é'.repeat(16_500)}"`)).toEqual([[0, 'event_too_large']]);
    expect(codesOf(`"${'e'.repeat(16_500)}"`)).toEqual([[0, 'event_not_object']]);
  });

  test('of more lines than events could fit makes one row in quarantine and not thousands', () => {
    expect(codesOf('x\n'.repeat(1_000_000))).toEqual([[WHOLE_RECORD, 'record_too_many_lines']]);
    expect(codesOf(Buffer.concat([Buffer.from([0xff]), Buffer.from('\n'.repeat(1_000_000))]))).toEqual([
      [WHOLE_RECORD, 'record_too_many_lines'],
    ]);
  });

  test.each(['', '\n', ' \r\n\n'])('with nothing in it (%j) is put apart, not passed over', (nothing) => {
    expect(codesOf(nothing)).toEqual([[WHOLE_RECORD, 'record_empty']]);
  });

  test('with a byte order mark is no JSON', () => {
    expect(codesOf(`\ufeff${JSON.stringify(vitalEvent())}`)).toEqual([[0, 'event_not_json']]);
  });

  test('of any bytes is decoded without an error, and each line is accepted, rejected or empty', () => {
    const line = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 100 }).map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(text)),
      fc.constant(null).map(() => Buffer.from(JSON.stringify(vitalEvent()))),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const data = Buffer.concat(lines.flatMap((bytes) => [Buffer.from(bytes), Buffer.from('\n')]));
        const { accepted, rejected } = decode(data);
        const places = [...accepted, ...rejected].map(({ eventIndex }) => eventIndex).sort((a, b) => a - b);
        expect(new Set(places).size).toBe(places.length);
        expect(places.length).toBeGreaterThan(0);
        for (const { eventIndex, payload } of rejected) {
          expect(Buffer.compare(Buffer.from(payloadOf(data, eventIndex)), Buffer.from(payload))).toBe(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('never repeats in a reason what an event says', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z][a-z]{8,12}$/), (name) => {
        const { rejected } = decode(
          recordOf({ ...vitalEvent(), patientId: `${name} ${name}` }, { [name]: name }, name),
        );
        expect(rejected).toHaveLength(3);
        for (const { reason, reasonCode } of rejected) expect(`${reasonCode} ${reason}`).not.toContain(name);
      }),
    );
  });
});
