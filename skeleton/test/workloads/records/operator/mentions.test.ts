import * as fc from 'fast-check';
import { adt, observation, patient, transaction } from './submissions';
import { partPayload } from '../../../../src/runtime/operations/patient-mentions';
import { derivedResourceId } from '../../../../src/workloads/records/decode/identity';
import { patientsOfPayload, recordMentions } from '../../../../src/workloads/records/operator/mentions';
import { mutated, mutation } from '../../../support/mutated-bytes';

const identifier = (system: string, value: string) => ({
  system,
  value,
  patientId: derivedResourceId('Patient', { system, value }, ''),
});
const P1 = recordMentions(['p1'], [identifier('ROYAL', '1')]);
const isAbout = (payload: string | object) =>
  P1.isAbout(Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)));

describe('a submission is about a patient', () => {
  test.each<[string, string | object]>([
    ['by a reference', observation('o', 'p1')],
    ['by a reference to a version', observation('o', 'x', { subject: { reference: 'Patient/p1/_history/2' } })],
    ['by a reference to a server', observation('o', 'x', { subject: { reference: 'https://a.example/Patient/p1' } })],
    ['by a reference with a slash escaped', JSON.stringify(observation('o', 'p1')).replace('t/p1', 't\\/p1')],
    [
      'by a reference by identifier',
      { resourceType: 'Observation', subject: { identifier: identifier('ROYAL', '1') } },
    ],
    ['as a Patient', patient('p1')],
    ['as a Patient without id', { resourceType: 'Patient', identifier: [{ system: 'ROYAL', value: '1' }] }],
    [
      'as a contained Patient',
      { contained: [{ resourceType: 'Patient', identifier: [{ system: 'ROYAL', value: '1' }] }] },
    ],
    ['in a Bundle', transaction(patient('p2'), patient('p1'))],
    ['in a Bundle that removes', { entry: [{ request: { method: 'DELETE', url: 'Patient/p1' } }] }],
    ['however deep', `${'['.repeat(20_000)}${JSON.stringify(patient('p1'))}${']'.repeat(20_000)}`],
    ['by PID', adt('A08', '1')],
    ['by a second identifier of PID', adt('A08', '7^^^GUYS^MR~1')],
    ['by MRG', adt('A40', '2', { merged: '1' })],
    ['with line feeds', adt('A08', '1').replaceAll('\r', '\n')],
    ['in the frame of the lower layer', `\v${adt('A08', '1')}\x1c\r`],
    ['without a header', adt('A08', '1').split('\r').slice(2).join('\r')],
    ['with other separators', adt('A08', '1').replaceAll('|', '#')],
    ['with separators that cannot separate', adt('A08', '1').replace('MSH|^~\\&', 'MSH|||||')],
    ['with a segment that is none', adt('A08', '1').replace('EVN', 'e')],
    ['where JSON breaks off', JSON.stringify(patient('p1')).slice(0, -1)],
    ['where JSON with the identifier breaks off', '{"identifier":[{"system":"ROYAL","value":"1"'],
  ])('%s', (_, payload) => {
    expect(isAbout(payload)).toBe(true);
  });

  test.each<[string, string | object]>([
    ['another id that begins so', observation('o', 'p12')],
    ['another type of resource with the id', { resourceType: 'Device', id: 'p1' }],
    ['the id of what is contained', { contained: [{ resourceType: 'Patient', id: 'p1' }] }],
    ['the number of another authority', adt('A08', '1', { authority: 'GUYS' })],
    ['the number of no authority', '{"resourceType":"Patient","id":"x","identifier":[{"value":"1"}]}'],
    ['a number that begins so', adt('A08', '12')],
    ['the number elsewhere in a message', adt('A08', '2', { family: '1' })],
    ['a broken resource with the number', '{"resourceType":"Patient","identifier":[{"system":"GUYS","value":"1"'],
    ['a broken resource of another type with the id', '{"resourceType":"Device","id":"p1"'],
    ['nothing', ''],
  ])('and not by %s', (_, payload) => {
    expect(isAbout(payload)).toBe(false);
  });
});

test('whatever bytes lie in quarantine are parted without loss, and searched by the needles that SQL has', () => {
  const originals = [
    adt('A08', '1'),
    adt('A40', '2', { merged: '1' }),
    `${JSON.stringify(observation('o1', 'p1'))}\n${JSON.stringify(observation('o2', 'p2'))}`,
    JSON.stringify(transaction(patient('p1'), observation('o1', 'p1')), null, 2),
  ].flatMap((text) => [Buffer.from(text), Buffer.from(text, 'utf16le')]);
  const mutations = fc.array(mutation('Patient/', '\r', '\n', '|', '{', '"', '\0', '\\u0070'), { maxLength: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...originals), mutations, (original, changes) => {
      const payload = mutated(original, changes);

      expect(patientsOfPayload(payload).length).toBeLessThanOrEqual(20);
      expect(
        Buffer.from(P1.piecesOf(payload).flatMap((one, index) => [...(index === 0 ? [] : [0x0a]), ...one])),
      ).toEqual(payload);
      const { mentioning, others } = partPayload(payload, P1);
      if (mentioning !== undefined) expect(P1.needles.some((needle) => payload.includes(needle))).toBe(true);
      if (others !== undefined) expect(partPayload(others, P1).mentioning).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});
