import { FhirRequestError } from '../../../../src/runtime/fhir/request-error';
import {
  dates,
  format,
  pageCursor,
  pageSize,
  requiredReference,
  tokens,
} from '../../../../src/runtime/fhir/search/parameter';
import { readIfValid, readSearch } from '../../../../src/runtime/fhir/search/read-search';

const definition = {
  patient: requiredReference('Patient', 'Whose.'),
  code: tokens('Which.'),
  date: dates('When.'),
  _count: pageSize({ default: 100, max: 1000 }),
  _cursor: pageCursor(),
  _format: format(),
};

const read = (query: string) => readSearch(definition, new URLSearchParams(query));

/** The parameters at fault, with what is said of them. */
function faultsOf(query: string): Record<string, string> {
  try {
    read(query);
  } catch (error) {
    if (!(error instanceof FhirRequestError)) throw error;
    expect(error.status).toBe(400);
    return Object.fromEntries(error.issues.map(({ parameter, diagnostics }) => [parameter ?? '', diagnostics]));
  }
  throw new Error(`${query} was accepted`);
}

test('a search with nothing but its required parameter has the defaults', () => {
  expect(read('patient=Patient/p-1')).toEqual({
    patient: 'p-1',
    code: [],
    date: [],
    _count: 100,
    _cursor: undefined,
    _format: 'application/fhir+json',
  });
});

test('repetitions must all hold, of values between commas one', () => {
  const { code, date } = read(
    'patient=p&code=8867-4,http://loinc.org|9279-1&code=8310-5&date=ge2026,2025-03&date=lt2027',
  );
  expect(code).toEqual([
    [
      { system: undefined, code: '8867-4' },
      { system: 'http://loinc.org', code: '9279-1' },
    ],
    [{ system: undefined, code: '8310-5' }],
  ]);
  expect(date.map((any) => any.map(({ prefix }) => prefix))).toEqual([['ge', 'eq'], ['lt']]);
});

test('every fault is reported at once, under the name of its parameter', () => {
  const faults = faultsOf('code=a|b|c&date=2026-02-30&_count=0&subject=x&_sort=date');
  expect(Object.keys(faults).sort()).toEqual(['_count', '_sort', 'code', 'date', 'patient', 'subject']);
  expect(faults.patient).toBe('patient: is required; legal is "id" or "Patient/id"');
  expect(faults.date).toContain('its day is not between 1 and 28');
  expect(faults.subject).toBe(
    '"subject" is no parameter of this search; legal are patient, code, date, _count, _cursor, _format',
  );
});

test.each([
  ['patient=p&code:not=8867-4', 'code:not', 'modifiers and chains are not supported; legal is code'],
  ['patient.name=x&patient=p', 'patient.name', 'modifiers and chains are not supported; legal is patient'],
  ['patient=p&constructor=x', 'constructor', 'is no parameter'],
  ['patient=p&toString=x', 'toString', 'is no parameter'],
  ['patient=p&PATIENT=p', 'PATIENT', 'is no parameter'],
  ['patient=p&=x', '', 'is no parameter'],
  ['patient=p&patient=q', 'patient', 'more than once'],
  ['patient=p,q', 'patient', 'without commas'],
  ['patient=', 'patient', 'is empty'],
  ['patient=p&code=', 'code', 'is empty'],
  ['patient=p&code=8867-4,', 'code', 'is empty'],
  ['patient=p&date=', 'date', 'is no date'],
  ['patient=p&_count=10&_count=10', '_count', 'more than once'],
  ['patient=p&_count=1001', '_count', '"1001" is not a whole number from 1 to 1000'],
  ['patient=p&_count=-1', '_count', 'from 1 to 1000'],
  ['patient=p&_count=1e2', '_count', 'from 1 to 1000'],
  ['patient=p&_count=%31%30%00', '_count', 'from 1 to 1000'],
  [
    `patient=p&code=${Array.from({ length: 21 }, (_, index) => index).join(',')}`,
    'code',
    'has 21 values; legal are 20 at most',
  ],
  [`patient=p&${'date=ne2026&'.repeat(21)}`, 'date', 'has 21 values'],
])('%s is refused', (query, parameter, reason) => {
  expect(faultsOf(query)[parameter]).toContain(reason);
});

test('the name __proto__ is refused like any other', () => {
  expect(() => read('patient=p&__proto__=x')).toThrow(FhirRequestError);
});

test('one parameter can be read though another is wrong', () => {
  const query = new URLSearchParams('patient=p&date=never');
  expect(readIfValid(definition, 'patient', query)).toBe('p');
  expect(readIfValid(definition, 'date', query)).toBeUndefined();
});

test('a fault of the reader itself is not taken for the caller’s', () => {
  const broken = {
    ...definition._count,
    read: (): number => {
      throw new RangeError('broken');
    },
  };
  const query = new URLSearchParams('broken=1');
  expect(() => readSearch({ broken }, query)).toThrow(RangeError);
  expect(() => readIfValid({ broken }, 'broken', query)).toThrow(RangeError);
});
