import * as fc from 'fast-check';
import { parseJsonBody } from '../../../src/runtime/fhir/json-body';
import { FhirRequestError } from '../../../src/runtime/fhir/request-error';

function faultOf(body: string | Uint8Array): string | undefined {
  try {
    parseJsonBody(Buffer.from(body));
    return undefined;
  } catch (error) {
    if (error instanceof FhirRequestError && error.status === 400) return error.issues[0]?.diagnostics;
    throw error;
  }
}

test('what JSON writes is read as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(parseJsonBody(Buffer.from(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('whatever bytes come, they are read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(typeof faultOf(bytes)).toMatch(/string|undefined/);
    }),
  );
});

test('a byte order mark is no fault', () => {
  expect(parseJsonBody(Buffer.from('\ufeff{"a":1}'))).toEqual({ a: 1 });
});

test('another character set is told with the byte at which it begins', () => {
  expect(faultOf(Buffer.concat([Buffer.from('{"a":"Ä'), Buffer.from('ä"}', 'latin1')]))).toBe(
    'The body is not UTF-8 from byte 8 on: send it in UTF-8',
  );
  expect(faultOf(Buffer.from('{"a":1}', 'utf16le').subarray(0, 13))).toBe('The body is no JSON at line 1');
});

test.each([
  ['', 'The body is empty: expected a resource in JSON'],
  [' \n', 'The body is empty: expected a resource in JSON'],
  ['{"a":1,\n"b":2,\n"a":3}', 'An object has two elements of one name, in line 3'],
  ['{"a":[{"b":1,"\\u0062":2}]}', 'An object has two elements of one name, in line 1'],
])('%j is refused', (body, fault) => {
  expect(faultOf(body)).toBe(fault);
});

test.each(['{"a":[{"a":1},{"a":2}],"b":"a"}', '{"a":"\\"a\\":1,\\"a\\":2"}', '["a","a"]'])('%s is right', (body) => {
  expect(faultOf(body)).toBeUndefined();
});

test('a fault of JSON is told by its place and never by its text', () => {
  for (const body of ['{"name":"Jane Doe"', '{"name":"Jane Doe",}', '{"name":\nJane Doe}', 'Jane Doe']) {
    expect(faultOf(body)).toMatch(/^The body is no JSON( at line \d+)?$/);
  }
});
