import * as fc from 'fast-check';
import {
  A01,
  A40,
  decoded,
  EVN,
  eventOf,
  message,
  MSH,
  PID,
  PID_FIELDS,
  PV1,
  PV1_FIELDS,
  segment,
  withTrigger,
  written,
} from './adt-messages';
import { resourceIssues } from '../../../../src/runtime/fhir/validation/resource-issues';
import { mutated, mutation } from '../../../support/mutated-bytes';

/** An admission with other fields in PID or PV1. */
const withPid = (fields: Record<number, string>) =>
  message(MSH, EVN, segment('PID', { ...PID_FIELDS, ...fields }), PV1);
const withPv1 = (fields: Record<number, string>, trigger = 'A01') =>
  message(withTrigger(trigger), EVN, PID, segment('PV1', { ...PV1_FIELDS, ...fields }));

/** Reason code, and places of the faults. */
function refusalOf(text: string | Uint8Array) {
  const result = decoded(text);
  if ('event' in result) throw new Error('the message was accepted');
  const { reasonCode, reason } = result.rejection;
  return [reasonCode, [...reason.matchAll(/(?:^|; )([A-Z][A-Z0-9]{2}\[\d+\](?:-\d+)?): /g)].map(([, place]) => place)];
}

describe('an admission', () => {
  test('becomes a Patient and an Encounter, as of the time that EVN-2 tells', () => {
    const { source, changes } = eventOf(A01);
    const { patient, encounter } = written(A01);
    expect(source).toBe('hl7v2');
    expect(changes).toMatchObject([
      { kind: 'write', resourceId: patient?.id, sourceVersion: null, sourceUpdatedAt: '2026-11-22T10:00:00.000Z' },
      { kind: 'write', resourceId: encounter?.id, resourceType: 'Encounter' },
    ]);
  });

  test('is as of the time of MSH-7 where EVN-2 tells none, and a time without an offset has that of MSH-7', () => {
    const london = MSH.replace('20261122100005+0000', '20260722100005+0100');
    expect(eventOf(message(london, 'EVN', PID, PV1)).changes[0]).toMatchObject({
      sourceUpdatedAt: '2026-07-22T09:00:05.000Z',
    });
    const { encounter } = written(
      message(london, 'EVN||20260722100000', PID, PV1.replace('20261122095500+0000', '202607220955')),
    );
    expect(encounter?.period?.start).toBe('2026-07-22T09:55:00+01:00');
  });

  test('whose times have no offset at all tells the day only', () => {
    const { encounter } = written(A01.replaceAll('+0000', ''));
    expect(encounter?.period?.start).toBe('2026-11-22');
  });
});

test('a Patient says what PID says', () => {
  expect(written(A01).patient).toMatchObject({
    identifier: [
      { type: { coding: [{ code: 'MR' }] }, system: 'ROYAL', value: '4711', assigner: { display: 'ROYAL' } },
      { type: { coding: [{ code: 'NH' }] }, system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9434765919' },
    ],
    name: [
      { use: 'official', family: 'Doe', given: ['Jane', 'Ann'], prefix: ['Ms'] },
      { use: 'maiden', family: 'Roe', given: ['Jane'] },
    ],
    telecom: [
      { system: 'phone', value: '+44 20 79460000', use: 'home' },
      { system: 'email', value: 'jane@example.org', use: 'work' },
    ],
    gender: 'female',
    birthDate: '1980-02-29',
    deceasedBoolean: false,
    address: [{ use: 'home', line: ['1 High Street', 'Flat 2'], city: 'London', postalCode: 'NW1 2AB', country: 'GB' }],
    maritalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: 'M' }] },
    multipleBirthInteger: 2,
    communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'en' }] }, preferred: true }],
  });
});

test.each<[string, Record<number, string>, object]>([
  ['a year of birth', { 7: '1980' }, { birthDate: '1980' }],
  ['a month of birth', { 7: '198002' }, { birthDate: '1980-02' }],
  [
    'a moment of birth',
    { 7: '19800229041500+0100' },
    { birthDate: '1980-02-29', _birthDate: { extension: [{ valueDateTime: '1980-02-29T04:15:00+01:00' }] } },
  ],
  ['a moment of death', { 29: '20261121235900+0000', 30: 'Y' }, { deceasedDateTime: '2026-11-21T23:59:00+00:00' }],
  ['a death', { 30: 'Y' }, { deceasedBoolean: true }],
  ['one of several that were born', { 25: '' }, { multipleBirthBoolean: true }],
  ['an unknown marital status', { 16: 'U' }, { maritalStatus: { coding: [{ code: 'UNK' }] } }],
  ['a marital status of the sender’s own', { 16: 'X^Other^99LOC' }, { maritalStatus: { coding: [{ code: 'X' }] } }],
  ['a sex that is ambiguous', { 8: 'A' }, { gender: 'other' }],
  ['a telephone number as one text (v2.3)', { 13: '(020)7946 0000' }, { telecom: [{ value: '(020)7946 0000' }, {}] }],
  ['a mobile telephone', { 13: '^^CP^^^^07700900123' }, { telecom: [{ system: 'phone', use: 'mobile' }, {}] }],
  ['an id of a number that is no OID', { 3: '1^^^X&urn:x:y&URI^PI' }, { identifier: [{ system: 'urn:x:y' }] }],
  ['a name of an authority that is no URI', { 3: '1^^^ST MARY&&^MR' }, { identifier: [{ system: 'ST%20MARY' }] }],
  ['separators within a name', { 5: 'O\\T\\Brien\\E\\^J' }, { name: [{ family: 'O&Brien\\' }] }],
  ['HL7’s null', { 8: '""' }, { birthDate: '1980-02-29' }],
])('PID tells %s', (_name, fields, patient) => {
  expect(written(withPid(fields)).patient).toMatchObject(patient);
});

test('an Encounter says what PV1 says', () => {
  const { encounter, patient } = written(withPv1({ 6: 'ED^^^ROYAL', 14: '7', 36: '01', 44: '20261122095500+0000' }));
  expect(encounter).toMatchObject({
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
    identifier: [{ type: { coding: [{ code: 'VN' }] }, system: 'ROYAL', value: 'V-1' }],
    subject: { reference: `Patient/${patient?.id}` },
    participant: [
      {
        type: [{ coding: [{ code: 'ATND' }] }],
        individual: { type: 'Practitioner', identifier: { system: 'GMC', value: 'C100' }, display: 'Dr Ann Smith' },
      },
      { individual: { identifier: { value: 'C101' }, display: 'Bob Jones' } },
      { type: [{ coding: [{ code: 'ADM' }] }], individual: { display: 'Eve Hall' } },
    ],
    period: { start: '2026-11-22T09:55:00+00:00' },
    location: [
      {
        status: 'active',
        location: { identifier: { system: 'ROYAL', value: 'ICU-1-2' }, display: 'ROYAL, ICU, 1, 2' },
      },
      { status: 'completed', location: { identifier: { value: 'ED' } } },
    ],
    hospitalization: {
      admitSource: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0023', code: '7' }] },
      dischargeDisposition: { coding: [{ code: '01' }] },
    },
  });
});

test.each([
  ['A01', {}, 'in-progress'],
  ['A04', { 2: 'E' }, 'in-progress'],
  ['A03', { 45: '20261122110000+0000' }, 'finished'],
  ['A03', {}, 'finished'],
  ['A08', {}, 'in-progress'],
  ['A08', { 45: '20261122110000+0000' }, 'finished'],
  ['A08', { 2: 'P' }, 'planned'],
])('the Encounter of an %s with %p is %s, and one and the same', (trigger, fields, status) => {
  const { encounter } = written(withPv1(fields, trigger));
  expect([encounter?.status, encounter?.id]).toEqual([status, written(A01).encounter?.id]);
});

test.each([
  ['without PV1', message(withTrigger('A08'), EVN, PID)],
  ['whose PV1 tells no visit', message(withTrigger('A08'), EVN, PID, 'PV1|1|I')],
  ['that is about no visit', withPv1({ 2: 'N' }, 'A08')],
])('an update %s writes the Patient alone', (_name, text) => {
  expect(eventOf(text).changes.map((one) => 'resourceType' in one && one.resourceType)).toEqual(['Patient']);
});

test.each(['2.3', '2.3.1', '2.4', '2.5', '2.5.1', '2.6', '2.7', '2.7.1', '2.8'])('version %s is read', (version) => {
  expect(eventOf(A01.replace('|2.5.1|', `|${version}|`)).changes).toHaveLength(2);
});

describe('a merge', () => {
  const survivor = written(A01).patient?.id;

  test('writes the patient that goes on, and then says who is merged into it', () => {
    expect(eventOf(A40).changes).toEqual([
      expect.objectContaining({ kind: 'write', resourceType: 'Patient', resourceId: survivor }),
      {
        kind: 'merge',
        survivingId: survivor,
        mergedId: written(withPid({ 3: '4712^^^ROYAL^MR' })).patient?.id,
        mergedAt: '2026-11-22T10:00:00.000Z',
      },
    ]);
  });

  test('that says nothing but who is who leaves the patient that goes on as it is', () => {
    const text = message(withTrigger('A40'), EVN, 'PID|1||4711^^^ROYAL^MR', 'MRG|4712^^^ROYAL^MR');
    expect(eventOf(text).changes).toMatchObject([{ kind: 'merge', survivingId: survivor }]);
  });

  test('of several pairs is each of them', () => {
    const pair = [segment('PID', { 3: '4713^^^ROYAL^MR' }), 'PD1', 'MRG|4714^^^ROYAL^MR'];
    const { changes } = eventOf(message(A40.trimEnd(), ...pair));
    expect(changes.map(({ kind }) => kind)).toEqual(['write', 'merge', 'merge']);
  });

  test.each<[string, string, string, string[]]>([
    ['into itself', A40.replace('4712', '4711'), 'merge_into_itself', ['MRG[1]-1']],
    ['without MRG', message(withTrigger('A40'), EVN, PID), 'hl7_invalid', ['MRG[1]']],
    ['of nobody', A40.replace('4712^^^ROYAL^MR', ''), 'hl7_invalid', ['MRG[1]-1']],
    ['before PID', message(withTrigger('A40'), EVN, 'MRG|1', PID, 'MRG|2'), 'hl7_invalid', ['MRG[1]']],
    ['of two at once', message(A40.trimEnd(), 'MRG|4713^^^ROYAL^MR'), 'hl7_invalid', ['MRG[2]']],
  ])('%s is refused', (_name, text, code, places) => {
    expect(refusalOf(text)).toEqual([code, places]);
  });
});

describe('what is no message that is taken is refused', () => {
  test.each<[string, string, string, string[]]>([
    ['another event', A01.replace('ADT^A01', 'ADT^A02'), 'hl7_not_taken', ['MSH[1]-9']],
    ['another type', A01.replace('ADT^A01', 'ORU^R01'), 'hl7_not_taken', ['MSH[1]-9']],
    ['version 2.2', A01.replace('|2.5.1|', '|2.2|'), 'hl7_not_taken', ['MSH[1]-12']],
    ['version 2.9', A01.replace('|2.5.1|', '|2.9|'), 'hl7_not_taken', ['MSH[1]-12']],
    ['a training', A01.replace('|P|2.5.1', '|T|2.5.1'), 'hl7_not_taken', ['MSH[1]-11']],
    ['no control id', A01.replace('MSG-1', ''), 'hl7_unreadable', ['MSH[1]-10']],
    ['two messages', A01 + A01, 'hl7_unreadable', ['MSH[2]']],
    ['a header alone', 'MSH|^~', 'hl7_unreadable', ['MSH[1]-2']],
    ['another character set', A01.replace('UNICODE UTF-8', 'ISO IR6'), 'hl7_unreadable', ['MSH[1]-18']],
  ])('%s', (_name, text, code, places) => {
    expect(refusalOf(text)).toEqual([code, places]);
  });
});

describe('a message whose content is wrong is refused with the places', () => {
  test.each<[string, string, string[]]>([
    ['no PID', message(MSH, EVN, PV1), ['PID[1]']],
    ['two of them', message(MSH, EVN, PID, PID, PV1), ['PID[2]']],
    ['no id of the patient', withPid({ 3: '' }), ['PID[1]-3']],
    ['an authority without an id', withPid({ 3: '^^^ROYAL^MR' }), ['PID[1]-3']],
    ['the 30th of February', withPid({ 7: '19800230' }), ['PID[1]-7']],
    ['a birth to come', withPid({ 7: '20270101' }), ['PID[1]-7']],
    ['a month that is none', withPid({ 7: '198013' }), ['PID[1]-7']],
    ['an hour that is none', withPid({ 7: '1980010125' }), ['PID[1]-7']],
    ['a sex that is none', withPid({ 8: 'X' }), ['PID[1]-8']],
    ['a death before the birth', withPid({ 29: '19791231' }), ['PID[1]-29']],
    ['a death to come', withPid({ 29: '20270101' }), ['PID[1]-29']],
    ['neither dead nor alive', withPid({ 30: 'P' }), ['PID[1]-30']],
    ['a place among twins that is none', withPid({ 25: '0' }), ['PID[1]-25']],
    ['no visit', message(MSH, EVN, PID), ['PV1[1]']],
    ['no class', withPv1({ 2: '' }), ['PV1[1]-2']],
    ['a class that is none', withPv1({ 2: 'Z' }), ['PV1[1]-2']],
    ['no number of the visit', withPv1({ 19: '' }), ['PV1[1]-19']],
    ['an admission on a day that is none', withPv1({ 44: '20261131' }), ['PV1[1]-44']],
    ['a discharge before the admission', withPv1({ 45: '20261121' }, 'A03'), ['PV1[1]-45']],
    ['no time at all', message(MSH.replace('20261122100005+0000', ''), 'EVN', PID, PV1), ['MSH[1]-7']],
    ['a time that is none', A01.replace('EVN||20261122', 'EVN||20261199'), ['EVN[1]-2']],
    ['a time to come', A01.replace('EVN||20261122', 'EVN||20361122'), ['EVN[1]-2']],
    ['several faults', withPid({ 7: 'soon', 8: 'X' }), ['PID[1]-7', 'PID[1]-8']],
    ['a place among twins in words', withPid({ 25: 'first' }), ['PID[1]-25']],
  ])('%s', (_name, text, places) => {
    expect(refusalOf(text)).toEqual(['hl7_invalid', places]);
  });
});

test('the same message has the same id, and another or another sender’s has another', () => {
  const { id } = eventOf(A01);
  expect(eventOf(A01).id).toBe(id);
  expect(eventOf(A01.replace('MSG-1', 'MSG-2')).id).not.toBe(id);
  expect(eventOf(A01.replace('|ROYAL|', '|OTHER|')).id).not.toBe(id);
});

test('a Patient has the same id whatever else is told of it, and another at another authority', () => {
  const id = written(A01).patient?.id;
  expect(written(message(MSH, EVN, segment('PID', { 3: '4711^^^ROYAL^MR' }), PV1)).patient?.id).toBe(id);
  expect(written(withPid({ 3: '4711^^^OTHER^MR' })).patient?.id).not.toBe(id);
});

describe('whatever becomes of a message on the way', () => {
  const change = mutation('|', '^', '~', '\\', '&', '\r', '\n', '\x1c', 'MSH|', 'PID|', 'MRG|', '""', '\\X00\\');

  test.each([
    ['an admission', A01],
    ['a merge', A40],
  ])('%s is taken whole or refused with a place, and never repeated', (_name, text) => {
    const words = /Doe|Jane|Roe|4711|9434765919|19800229|High Street|jane@/;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (mutations) => {
        const result = decoded(mutated(Buffer.from(text), mutations));
        if ('event' in result) {
          expect(result.event.changes.length).toBeGreaterThan(0);
          expect(JSON.stringify(result.event)).not.toContain('\\u0000');
        } else {
          expect(result.rejection.reason).toMatch(/^[A-Z][A-Z0-9]{2}\[\d+\]/);
          expect(result.rejection.reason).not.toMatch(words);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('any text in any field of PID and PV1 is no error of ours, and no word of a refusal', () => {
    const secret = 'Zyx9';
    const fields = fc.dictionary(
      fc.integer({ min: 1, max: 52 }).map(String),
      fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => `${secret}${text.replace(/[\r\n]/g, '')}`),
      { maxKeys: 8 },
    );
    fc.assert(
      fc.property(fields, fields, (pid, pv1) => {
        const result = decoded(
          message(MSH, EVN, segment('PID', { ...PID_FIELDS, ...pid }), segment('PV1', { ...PV1_FIELDS, ...pv1 })),
        );
        if ('rejection' in result) expect(result.rejection.reason).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });

  test('whatever PID and PV1 say, the Patient and the Encounter that are made of it are valid by FHIR R4', () => {
    const pieces = [
      'a',
      '1',
      '2026',
      '0',
      '^',
      '~',
      '&',
      '\\T\\',
      '\\X0D\\',
      '"',
      ' ',
      '\u00a0',
      'é',
      '\u200b',
      'ISO',
      'urn:',
      '^^^',
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 10 }).map((one) => one.replace(/[\r\n]/g, '')),
      fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((some) => some.join('')),
    );
    const fields = fc.dictionary(fc.integer({ min: 1, max: 52 }).map(String), text, { maxKeys: 5 });
    let takenCount = 0;
    fc.assert(
      fc.property(fields, fields, fc.constantFrom('A01', 'A03', 'A04', 'A08', 'A40'), (pid, pv1, trigger) => {
        const second =
          trigger === 'A40' ? 'MRG|4712^^^ROYAL^MR' : segment('PV1', { ...PV1_FIELDS, ...pv1, 2: 'I', 19: 'V-1' });
        // Fields that are judged by a table or by the calendar are left as they are: most of all texts are none of theirs.
        const said = { ...PID_FIELDS, ...pid, 7: '1980', 8: 'F', 24: 'Y', 25: '2', 29: '', 30: 'N' };
        const result = decoded(message(withTrigger(trigger), EVN, segment('PID', said), second));
        if ('rejection' in result) {
          expect(result.rejection.reason).not.toContain('would be wrong');
          return;
        }
        takenCount += 1;
        for (const made of result.event.changes) {
          if (made.kind !== 'write') continue;
          expect(resourceIssues(made.resourceType, JSON.parse(made.content), made.resourceType)).toEqual([]);
        }
      }),
      { numRuns: 400 },
    );
    expect(takenCount).toBeGreaterThan(200);
  });

  test('any bytes behind MSH are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decoded(Buffer.concat([Buffer.from('MSH'), bytes]))).toHaveProperty('rejection');
      }),
    );
  });
});
