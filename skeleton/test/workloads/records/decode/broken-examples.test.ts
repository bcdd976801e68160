import { decodeRecord, eventOf, example, NOW, rejectionOf } from './decoder';

/** What a wrong value says, which no reason may repeat. */
const SECRET = 'Zyx9';

/** A part of the resource in another state, and the place that is told. */
type Broken = readonly [change: object, place: string];

/** An example of a type, broken one way each. What a type does not have is broken in what all types have. */
interface Ways {
  readonly missing: Broken;
  readonly code: Broken;
  readonly day: Broken;
  readonly two: Broken;
  readonly text: Broken;
  readonly circle: Broken;
}

const [TWO_IN_EXTENSION, TEXT_IN_EXTENSION] = [
  { extension: [{ url: 'http://example.org/x', valueString: SECRET, valueCode: SECRET }] },
  { extension: [{ url: 'http://example.org/x', valueDecimal: `1${SECRET}` }] },
];
const AGE = { value: `4${SECRET}`, system: 'http://unitsofmeasure.org', code: 'a' };
const [A, B] = [
  {
    resourceType: 'Procedure',
    id: 'a',
    status: 'unknown',
    subject: { display: SECRET },
    partOf: [{ reference: '#b' }],
  },
  {
    resourceType: 'Procedure',
    id: 'b',
    status: 'unknown',
    subject: { display: SECRET },
    partOf: [{ reference: '#a' }],
  },
];

const ALONE = { ...A, partOf: undefined };

const EXAMPLES: Readonly<Record<string, Ways>> = {
  'Patient-example': {
    missing: [{ link: [{ other: { reference: 'Patient/p-2' } }] }, 'Patient.link[0].type'],
    code: [{ gender: SECRET }, 'Patient.gender'],
    day: [{ birthDate: '1974-02-30' }, 'Patient.birthDate'],
    two: [{ deceasedDateTime: '2015-02-14' }, 'Patient.deceased'],
    text: [{ multipleBirthInteger: `2${SECRET}` }, 'Patient.multipleBirthInteger'],
    circle: [{ link: [{ other: { reference: 'Patient/example' }, type: 'seealso' }] }, 'Patient.link[0].other'],
  },
  'Encounter-f001': {
    missing: [{ status: undefined }, 'Encounter.status'],
    code: [{ status: SECRET }, 'Encounter.status'],
    day: [{ period: { start: '2026-02-30T10:00:00Z' } }, 'Encounter.period.start'],
    two: [TWO_IN_EXTENSION, 'Encounter.extension[0].value'],
    text: [{ length: { value: `140${SECRET}` } }, 'Encounter.length.value'],
    circle: [{ partOf: { reference: 'Encounter/f001' } }, 'Encounter.partOf'],
  },
  'Observation-f001': {
    missing: [{ status: undefined }, 'Observation.status'],
    code: [{ status: SECRET }, 'Observation.status'],
    day: [{ issued: '2026-02-30T10:00:00Z' }, 'Observation.issued'],
    two: [{ valueString: SECRET }, 'Observation.value'],
    text: [{ valueQuantity: { value: `6.3${SECRET}` } }, 'Observation.valueQuantity.value'],
    circle: [{ hasMember: [{ reference: 'Observation/f001/_history/2' }] }, 'Observation.hasMember[0]'],
  },
  'Condition-f001': {
    missing: [{ subject: undefined }, 'Condition.subject'],
    code: [{ clinicalStatus: { coding: [{ code: SECRET }] } }, 'Condition.clinicalStatus'],
    day: [{ onsetDateTime: '2011-02-30' }, 'Condition.onsetDateTime'],
    two: [{ onsetString: SECRET }, 'Condition.onset'],
    text: [{ onsetDateTime: undefined, onsetAge: AGE }, 'Condition.onsetAge.value'],
    circle: [{ evidence: [{ detail: [{ reference: 'Condition/f001' }] }] }, 'Condition.evidence[0].detail[0]'],
  },
  'AllergyIntolerance-example': {
    missing: [{ patient: undefined }, 'AllergyIntolerance.patient'],
    code: [{ criticality: SECRET }, 'AllergyIntolerance.criticality'],
    day: [{ recordedDate: '2014-02-30' }, 'AllergyIntolerance.recordedDate'],
    two: [{ onsetString: SECRET }, 'AllergyIntolerance.onset'],
    text: [{ onsetDateTime: undefined, onsetAge: AGE }, 'AllergyIntolerance.onsetAge.value'],
    circle: [
      { contained: [A, B], extension: [{ url: 'http://example.org/x', valueReference: { reference: '#a' } }] },
      'AllergyIntolerance.contained[1].partOf[0]',
    ],
  },
  'MedicationRequest-medrx0301': {
    missing: [{ intent: undefined }, 'MedicationRequest.intent'],
    code: [{ status: SECRET }, 'MedicationRequest.status'],
    day: [{ authoredOn: '2015-02-30' }, 'MedicationRequest.authoredOn'],
    two: [{ medicationCodeableConcept: { text: SECRET } }, 'MedicationRequest.medication'],
    text: [
      { dispenseRequest: { numberOfRepeatsAllowed: SECRET } },
      'MedicationRequest.dispenseRequest.numberOfRepeatsAllowed',
    ],
    circle: [
      { priorPrescription: { reference: 'MedicationRequest/medrx0301' } },
      'MedicationRequest.priorPrescription',
    ],
  },
  'Immunization-example': {
    missing: [{ occurrenceDateTime: undefined }, 'Immunization.occurrence'],
    code: [{ status: SECRET }, 'Immunization.status'],
    day: [{ occurrenceDateTime: '2013-02-30' }, 'Immunization.occurrenceDateTime'],
    two: [{ occurrenceString: SECRET }, 'Immunization.occurrence'],
    text: [{ doseQuantity: { value: SECRET } }, 'Immunization.doseQuantity.value'],
    circle: [{ reaction: [{ detail: { reference: '#a' } }], contained: [A, B] }, 'Immunization.contained[1].partOf[0]'],
  },
  'Procedure-f001': {
    missing: [{ status: undefined }, 'Procedure.status'],
    code: [{ status: SECRET }, 'Procedure.status'],
    day: [{ performedPeriod: { start: '2011-02-30' } }, 'Procedure.performedPeriod.start'],
    two: [{ performedString: SECRET }, 'Procedure.performed'],
    text: [{ performedPeriod: undefined, performedAge: AGE }, 'Procedure.performedAge.value'],
    circle: [{ partOf: [{ reference: 'Procedure/f001' }] }, 'Procedure.partOf[0]'],
  },
  'DiagnosticReport-f201': {
    missing: [{ status: undefined }, 'DiagnosticReport.status'],
    code: [{ status: SECRET }, 'DiagnosticReport.status'],
    day: [{ issued: '2012-02-30T11:45:33+11:00' }, 'DiagnosticReport.issued'],
    two: [{ effectiveDateTime: '2012', effectivePeriod: { start: '2012' } }, 'DiagnosticReport.effective'],
    text: [{ presentedForm: [{ size: SECRET }] }, 'DiagnosticReport.presentedForm[0].size'],
    circle: [{ result: [{ reference: '#' }] }, 'DiagnosticReport.result[0]'],
  },
  'DocumentReference-example': {
    missing: [{ status: undefined }, 'DocumentReference.status'],
    code: [{ docStatus: SECRET }, 'DocumentReference.docStatus'],
    day: [{ date: '2005-02-30T09:43:41+11:00' }, 'DocumentReference.date'],
    two: [TWO_IN_EXTENSION, 'DocumentReference.extension[0].value'],
    text: [TEXT_IN_EXTENSION, 'DocumentReference.extension[0].valueDecimal'],
    circle: [
      { context: { related: [{ reference: 'DocumentReference/example' }] } },
      'DocumentReference.context.related[0]',
    ],
  },
};

/** What is legal, as the reason says it. */
const LEGAL: Readonly<Record<keyof Ways, RegExp>> = {
  missing: / is missing/,
  code: /^Legal are \S/,
  day: /^The calendar has no such day/,
  two: /^More than one \w+\[x\]: one at most is legal/,
  text: /^Expected JSON of type number/,
  circle: /^A resource cannot refer to itself|^Contained resources refer to each other in a circle/,
};

describe.each(Object.entries(EXAMPLES))('%s', (name, ways) => {
  const right = example(name);

  test('is accepted as HL7 wrote it', () => {
    expect(eventOf(right).changes).toHaveLength(1);
  });

  test.each(Object.entries(ways))(
    'broken by %s is refused with the place and what is legal',
    (way, [change, place]) => {
      const { reasonCode, reason } = rejectionOf({ ...right, ...change });
      expect(reasonCode).toBe(way === 'circle' ? 'reference_circular' : 'resource_invalid');
      expectFault(reason, place, LEGAL[way as keyof Ways]);
    },
  );

  const { resourceType } = right;
  const contained = Array.isArray(right.contained) ? right.contained : [];
  test.each<[string, object, string, RegExp]>([
    ['an empty array', { identifier: [] }, 'identifier', /^Nothing is in it: leave the element out/],
    ['an empty object', { meta: {} }, 'meta', /^Nothing is in it: leave the element out/],
    ['an empty text', { language: '' }, 'language', /^Expected a code/],
    ['an unknown element', { colour: SECRET }, 'colour', /^FHIR R4 has no element colour here/],
    ['an unknown element deep inside', { meta: { colour: SECRET } }, 'meta.colour', /^FHIR R4 has no element/],
    ['null', { language: null }, 'language', /^Expected JSON of type string/],
    ['null in an array', { identifier: [null] }, 'identifier[0]', /^Expected JSON of type object/],
    ['one in place of an array', { identifier: { value: SECRET } }, 'identifier', /^Expected JSON of type array/],
    ['an array in place of one', { meta: [{ source: SECRET }] }, 'meta', /^Expected JSON of type object/],
    ['a value beside nothing', { _language: SECRET }, 'language', /^Expected JSON of type object/],
    ['an id that is none', { id: `${SECRET}/1` }, 'id', /^Expected 1 to 64 letters/],
    ['a reference to nothing inside', { extension: [reference('#gone')] }, 'extension[0].valueReference', /\(ref-1\)/],
    ['what is contained for nothing', { contained: [...contained, ALONE] }, '', /\(dom-3\)/],
    [
      'contained in contained',
      { contained: [...contained, { ...ALONE, contained: [{ ...ALONE, subject: { reference: '#' } }] }] },
      '',
      /\(dom-2\)/,
    ],
    ['a script in its narrative', { text: narrative('<script>x()</script>') }, 'text.div', /\(txt-1\)/],
    ['no narrative in its narrative', { text: narrative(' ') }, 'text.div', /\(txt-2\)/],
  ])('with %s is refused with the place and what is legal', (_name, change, place, legal) => {
    const { reasonCode, reason } = rejectionOf({ ...right, ...change });
    expect(reasonCode).toBe('resource_invalid');
    expectFault(reason, place === '' ? resourceType : `${resourceType}.${place}`, legal);
  });

  const text = JSON.stringify(right);
  test.each<[string, string | Uint8Array, string, string]>([
    ['no resourceType', text.replace(/"resourceType":"\w+",/, ''), 'unknown_resource_type', 'Resource.resourceType: '],
    ['an unknown type', text.replace(resourceType, SECRET), 'unknown_resource_type', ''],
    [
      'a type in small letters',
      text.replace(resourceType, 'patient'),
      'unknown_resource_type',
      'Resource.resourceType: ',
    ],
    ['a type that is not taken', text.replace(resourceType, 'Goal'), 'resource_type_not_taken', 'Goal.resourceType: '],
    ['a name that is said twice', text.replace('{', '{"id":"1",'), 'json_name_repeated', `${resourceType}.id: `],
    [
      'the same name in other characters',
      text.replace('{', '{"\\u0069d":"1",'),
      'json_name_repeated',
      `${resourceType}.id`,
    ],
    ['__proto__', text.replace('{', '{"__proto__":{"id":"1"},'), 'resource_invalid', `${resourceType}: `],
    ['NaN', text.replace(/^\{/, '{"x":NaN,'), 'event_not_json', 'The event is neither JSON'],
    ['a comment', `/**/${text}`, 'event_not_json', 'The event is neither JSON'],
    ['a byte order mark', `\ufeff${text}`, 'event_not_json', 'The event is neither JSON'],
    ['half of it gone', text.slice(0, text.length / 2), 'event_not_json', 'The event is neither JSON'],
    ['more behind its end', `${text}}`, 'event_not_json', 'The event is neither JSON'],
    [
      'bytes that are no UTF-8',
      Buffer.from(text.replace('{', '{"é":1,'), 'latin1'),
      'record_not_utf8',
      'The record is',
    ],
    ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le'), 'record_not_utf8', 'The record is not UTF-8'],
    [
      'half a pair',
      text.replace('{', '{"language":"\\ud800",'),
      'resource_invalid',
      `${resourceType}.language: Expected`,
    ],
    [
      'levels without end',
      text.replace('{', `{"x":${'['.repeat(9e4)}${']'.repeat(9e4)},`),
      'nested_too_deep',
      'The event',
    ],
    ['65 levels', text.replace('{', `{"x":${'['.repeat(64)}${']'.repeat(64)},`), 'nested_too_deep', 'The event'],
    [
      '20 MB',
      text.replace('{', `{"x":"${'A'.repeat(20e6)}",`),
      'event_too_large',
      'The event is longer than legal, 1048576',
    ],
    ['an array around it', `[${text}]`, 'event_not_object', 'The event is JSON, but no object'],
  ])('with %s is refused with a reason', (_name, data, code, reason) => {
    const rejection = rejectionOf(data);
    expect([rejection.reasonCode, rejection.reason.slice(0, reason.length)]).toEqual([code, reason]);
    expect(rejection.reason).not.toContain(SECRET);
  });
});

test('what is refused as a record is refused with its payload, as a whole or line by line', () => {
  const [right, wrong] = [JSON.stringify(example('Patient-example')), '{"resourceType":"Patient","gender":"f"}'];
  const { accepted, rejected } = decodeRecord(Buffer.from([right, wrong, right].join('\n')), NOW);
  expect(accepted.map(({ eventIndex }) => eventIndex)).toEqual([0, 2]);
  expect(rejected).toMatchObject([
    {
      eventIndex: 1,
      reasonCode: 'resource_invalid',
      reason: expect.stringMatching(/^Patient\.gender: Legal are male,/),
    },
  ]);
  expect(Buffer.from(rejected[0]?.payload ?? []).toString()).toBe(wrong);
});

/** Of the faults that a reason tells, the one of a place. */
function expectFault(reason: string, place: string, legal: RegExp): void {
  expect(reason).not.toContain(SECRET);
  const said = reason.split('; ').filter((fault) => fault.startsWith(`${place}: `));
  expect(said.map((fault) => fault.slice(place.length + 2))).toContainEqual(expect.stringMatching(legal));
}

function reference(to: string): object {
  return { url: 'http://example.org/x', valueReference: { reference: to } };
}

function narrative(inner: string): object {
  return { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>` };
}
