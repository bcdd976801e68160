import * as fc from 'fast-check';
import { decodeEvent, decodeRecord, eventOf, NOW, rejectionOf } from './decoder';
import { readExamples } from '../../../../local/hl7/read-examples';
import { RECORD_RESOURCE_TYPES } from '../../../../src/fhir-r4-types';
import { isObject } from '../../../../src/runtime/fhir/fhirpath/collection';
import { type ElementDefinition, typeDefinition } from '../../../../src/runtime/fhir/validation/r4-definitions';
import { mutated, mutation } from '../../../support/mutated-bytes';

/** Examples of the ten types that are right, and not too long to be tried hundreds of times. */
const RIGHT = RECORD_RESOURCE_TYPES.flatMap((type) => readExamples(type))
  .filter(({ file }) => RECORD_RESOURCE_TYPES.some((type) => file.startsWith(`${type}-`)))
  .filter(({ text }) => text.length < 50_000 && 'event' in decodeEvent(Buffer.from(text), NOW));

describe('the decoder never throws, and refuses with a reason of the list', () => {
  const CODE = /^[a-z0-9]+(_[a-z0-9]+)+$/;

  function isJudged(data: Uint8Array): void {
    const { accepted, rejected } = decodeRecord(data, NOW);
    expect(accepted.length + rejected.length).toBeGreaterThan(0);
    for (const { reasonCode, reason } of rejected) {
      expect(reasonCode).toMatch(CODE);
      expect(reason.length).toBeGreaterThan(10);
      expect(reason.length).toBeLessThan(8_100);
    }
  }

  test('for any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), isJudged), { numRuns: 500 });
  });

  test('for any JSON, as itself and in place of any element', () => {
    const name = fc.oneof(fc.constantFrom(...namesOf('Observation')), fc.string({ maxLength: 8 }));
    const anything = fc.dictionary(name, fc.jsonValue({ maxDepth: 4 }), { maxKeys: 6 });
    const resource = anything.map((one) => ({ ...one, resourceType: 'Observation' }));
    const entry = fc.record({ fullUrl: fc.webUrl(), request: anything, resource }, { requiredKeys: [] });
    const bundle = fc.array(fc.oneof(entry, fc.jsonValue())).map((one) => ({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: one,
    }));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), resource, bundle), (value) => isJudged(Buffer.from(JSON.stringify(value)))),
      { numRuns: 250 },
    );
  });

  test('for an example of HL7, whatever becomes of its bytes', () => {
    const change = mutation(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '\\u0000',
      'null',
      '1e999',
      '-',
      '\n',
      'MSH|',
      '\xff',
    );
    fc.assert(
      fc.property(fc.constantFrom(...RIGHT), fc.array(change, { minLength: 1, maxLength: 4 }), ({ text }, changes) =>
        isJudged(mutated(Buffer.from(text), changes)),
      ),
      { numRuns: 500 },
    );
  });
});

test('a circle of as many contained resources as an event can hold is followed to where it closes', () => {
  const contained = Array.from({ length: 7_000 }, (_, index) => ({
    resourceType: 'Basic',
    id: `b-${index}`,
    code: { text: 'x' },
    subject: { reference: `#b-${(index + 1) % 7_000}` },
  }));
  const observation = { resourceType: 'Observation', status: 'final', code: { text: 'x' }, contained };
  expect(rejectionOf({ ...observation, derivedFrom: [{ reference: '#b-0' }] })).toEqual({
    reasonCode: 'reference_circular',
    reason: 'Observation.contained[6999].subject: Contained resources refer to each other in a circle',
  });
});

test('an example without an element that is required is refused with the place of what is missing', () => {
  const spots = RIGHT.flatMap(({ file, text }) => {
    const resource: unknown = JSON.parse(text);
    return requiredIn(resource, typeOf(resource), []).map((steps) => ({ file, text, steps }));
  });
  expect(spots.length).toBeGreaterThan(500);
  fc.assert(
    fc.property(fc.constantFrom(...spots), ({ text, steps }) => {
      const resource = JSON.parse(text) as Record<string, unknown>;
      remove(resource, steps);
      const place = steps.reduce<string>(
        (path, step) => (typeof step === 'number' ? `${path}[${step}]` : `${path}.${step}`),
        typeOf(resource),
      );
      const { reasonCode, reason } = rejectionOf(resource);
      expect(reasonCode).toBe('resource_invalid');
      expect(`${reason}; `).toContain(`${place}: ${String(steps.at(-1))}`);
      expect(reason).toMatch(/ is missing/);
    }),
    { numRuns: 600 },
  );
});

test('a number comes back with the digits that it came with, and nothing else is changed', () => {
  const [digits, more] = [fc.stringMatching(/^(0|[1-9]\d{0,17})$/), fc.stringMatching(/^\d{1,17}$/)];
  const decimal = fc
    .tuple(fc.constantFrom('', '-'), digits, fc.option(more), fc.option(fc.integer({ min: -99, max: 99 })))
    .map(
      ([sign, whole, part, power]) =>
        `${sign}${whole}${part === null ? '' : `.${part}`}${power === null ? '' : `e${power}`}`,
    );
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((one) => /^[^\p{C}\s]+$/u.test(one));
  fc.assert(
    fc.property(fc.array(decimal, { minLength: 1, maxLength: 5 }), text, (numbers, note) => {
      const components = numbers.map((number) => `{"code":{"text":"c"},"valueQuantity":{"value":${number}}}`);
      const content =
        '{"resourceType":"Observation","id":"o-1","status":"final","code":{"text":"x"},' +
        `"note":[{"text":${JSON.stringify(note)}}],"component":[${components.join(',')}]}`;
      const spaced = content.replaceAll('"value":', ' "value" :\r\n\t ').replaceAll('},{', '}\n ,\n{');
      expect(eventOf(spaced).changes).toMatchObject([{ content }]);
    }),
    { numRuns: 300 },
  );
});

test('the same resource, printed otherwise, is the same event; with another digit it is another', () => {
  const [{ text } = { text: '' }] = RIGHT.filter(({ file }) => file === 'Observation-f001.json');
  const { id } = eventOf(text);
  expect(eventOf(JSON.stringify(JSON.parse(text), null, 7)).id).toBe(id);
  expect(eventOf(text.replace('"value": 6.3', '"value": 6.30')).id).not.toBe(id);
});

/** Steps to each element of a resource that cannot be left out. */
function requiredIn(value: unknown, type: string, steps: readonly (string | number)[]): (string | number)[][] {
  const definition = typeDefinition(type);
  if (!isObject(value) || definition === undefined) return [];
  const elements = [...definition.elements.values()].filter(({ name }) => value[name] !== undefined);
  const choices = definition.requiredChoices.filter((choice) => elements.some((one) => one.choice === choice));
  return [
    ...elements.filter(({ isRequired }) => isRequired).map(({ name }) => [...steps, name]),
    ...choices.map((choice) => [...steps, choice]),
    ...elements.flatMap((element) => below(value[element.name], element, [...steps, element.name])),
  ];
}

function below(value: unknown, element: ElementDefinition, steps: readonly (string | number)[]): (string | number)[][] {
  const type = (one: unknown) => (element.type === 'Resource' ? typeOf(one) : element.type);
  if (!Array.isArray(value)) return requiredIn(value, type(value), steps);
  return value.flatMap((one: unknown, index) => requiredIn(one, type(one), [...steps, index]));
}

/** Takes an element away, with what stands beside it; of a choice all that it may be. */
function remove(resource: Record<string, unknown>, steps: readonly (string | number)[]): void {
  const parent = steps
    .slice(0, -1)
    .reduce<unknown>((one, step) => (one as Record<string | number, unknown>)[step], resource) as Record<
    string,
    unknown
  >;
  const name = String(steps.at(-1));
  for (const key of Object.keys(parent)) {
    if (key === name || key === `_${name}` || new RegExp(`^_?${name}[A-Z]`).test(key)) delete parent[key];
  }
}

function typeOf(resource: unknown): string {
  return isObject(resource) && typeof resource.resourceType === 'string' ? resource.resourceType : '';
}

function namesOf(type: string): readonly string[] {
  return [...(typeDefinition(type)?.elements.keys() ?? [])];
}
