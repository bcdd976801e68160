import { compileFhirPath } from '../../../../src/runtime/fhir/fhirpath/compile';
import { choiceNamesOf, RULE_TEXTS } from '../../../../src/runtime/fhir/validation/r4-definitions';
import { ruleOf } from '../../../../src/runtime/fhir/validation/rules';

const OBSERVATION = {
  resourceType: 'Observation',
  id: 'o-1',
  contained: [{ resourceType: 'Patient', id: 'p-1' }],
  status: 'final',
  category: [{ coding: [{ code: 'a' }, { code: 'b' }] }, { coding: [{ code: 'a' }] }],
  subject: { reference: '#p-1' },
  effectivePeriod: { start: '2026-11-22', end: '2026-11' },
  issued: '2026-11-22T10:00:00+01:00',
  valueQuantity: { value: 7, unit: 'mg' },
  note: [{ text: 'x' }, { _text: { extension: [{ url: 'u', valueString: 'why' }] } }],
};

function evaluated(text: string): readonly unknown[] {
  const focus = [OBSERVATION];
  const scope = { resource: OBSERVATION, rootResource: OBSERVATION, focus };
  return compileFhirPath(text, choiceNamesOf)(focus, scope);
}

test.each<[string, readonly unknown[]]>([
  ['status', ['final']],
  ['Observation.status', ['final']],
  ['gone.further', []],
  ['category.coding.code', ['a', 'b', 'a']],
  ['category.coding.code.distinct()', ['a', 'b']],
  ['category.coding.code.isDistinct()', [false]],
  ['category.coding.distinct().count()', [2]],
  ["category.coding.where(code = 'a').count()", [2]],
  ['category.first().coding.tail().code', ['b']],
  ['category.coding.last().code', ['a']],
  ["category.coding.select(code & '!')", ['a!', 'b!', 'a!']],
  ["category.coding.all(code.matches('^[ab]$'))", [true]],
  ["category.coding.exists(code = 'c')", [false]],
  ['category.coding.code.intersect(category.last().coding.code)', ['a']],
  ['category.coding.code.combine(status).count()', [4]],
  ['category.coding.intersect(category.last().coding).code', ['a']],
  ['value.unit', ['mg']],
  ['value is Quantity', [true]],
  ['value is string', [false]],
  ['(value as Quantity).value', [7]],
  ['value.as(string)', []],
  ['contained is Patient', [true]],
  ['contained.as(Patient).id', ['p-1']],
  ['note.text.hasValue()', [false]],
  ['note.where(text.hasValue()).count()', [1]],
  ['note.last().text.extension.value', ['why']],
  ['subject.resolve().id', ['p-1']],
  ['subject.reference.substring(1)', ['p-1']],
  ["subject.reference.replaceMatches('#', '')", ['p-1']],
  ["subject.reference.startsWith('#')", [true]],
  ["gone.startsWith('#')", [false]],
  ["status.contains('in')", [true]],
  ["'7'.toInteger() + 1 - 2", [6]],
  ["'x'.toInteger()", []],
  ['value.value.toString()', ['7']],
  ['7 > 6 and 6 >= 6 and 5 < 6 and 5 <= 5', [true]],
  ['7 > gone', []],
  ['status = gone', []],
  ["status != 'final'", [false]],
  ["status in ('final' | 'amended')", [true]],
  ["('final' | 'amended') contains 'draft'", [false]],
  ['true xor true', [false]],
  ['true xor gone', []],
  ['gone.exists() implies false', [true]],
  ['gone implies true', [true]],
  ['gone and false', [false]],
  ['gone and true', []],
  ['gone or true', [true]],
  ['gone or false', []],
  ['gone.not()', []],
  ['status.empty().not()', [true]],
  ["iif(status.exists(), 'yes', 'no')", ['yes']],
  ["iif(gone, 'yes')", []],
  ['{}', []],
  ['$this.status', ['final']],
  ['%resource.id | %rootResource.id | %context.id', ['o-1']],
  ['%ucum', ['http://unitsofmeasure.org']],
  ['contained.children().count()', [1]],
  ['subject.descendants().trace()', ['#p-1']],
  // The order of dates of unequal precision, and of quantities of unequal units, is open: then no rule is broken.
  ['effective.start <= effective.end', [true]],
  ['effective.start > effective.end', [true]],
  ["effective.start > '2026-10'", [true]],
  ["issued > '2026-11-22T08:59:59Z'", [true]],
  ["issued > '2026-11-22'", [true]],
  ["issued < '2026-11-24'", [true]],
  ["issued > '2026-11-24'", [false]],
])('%s', (text, result) => {
  expect(evaluated(text)).toEqual(result);
});

test.each([
  ['repeat(item)', 'FHIRPath calls an unknown function repeat: repeat(item)'],
  ['%vs-x', 'FHIRPath has an unknown variable %vs: %vs-x'],
  ['status ~ 1', 'FHIRPath cannot be read at 6: status ~ 1'],
  ['status =', 'FHIRPath cannot be read from its token 3 on: status ='],
  ['status status', 'FHIRPath cannot be read from its token 2 on: status status'],
  ['category[0]', 'FHIRPath cannot be read at 8: category[0]'],
  ['(status', 'FHIRPath cannot be read from its token 3 on: (status'],
])('%s is refused when it is compiled, and not when it is evaluated', (text, message) => {
  expect(() => compileFhirPath(text, choiceNamesOf)).toThrow(new Error(message));
});

test('every rule of FHIR R4 of severity error can be judged', () => {
  const numbers = RULE_TEXTS.map((_text, number) => number);
  expect(numbers.length).toBeGreaterThan(150);
  expect(numbers.map((number) => ruleOf(number).text.key)).toEqual(RULE_TEXTS.map(({ key }) => key));
});
