import { conditionalAnswer } from '../../../src/runtime/http/conditional-read';

const VERSION = { versionId: '7', lastUpdated: '2026-11-23T05:00:00.900Z' };

function statusWith(headers: Readonly<Record<string, string>>): number {
  return conditionalAnswer(VERSION, '{}', (name) => headers[name]).status;
}

test('a resource that the caller has not got is shown, with the headers that name its version', () => {
  expect(conditionalAnswer(VERSION, '{}', () => undefined)).toEqual({
    status: 200,
    contentType: 'application/fhir+json',
    headers: { ETag: 'W/"7"', 'Last-Modified': 'Mon, 23 Nov 2026 05:00:00 GMT' },
    body: '{}',
    returnedCount: 1,
  });
});

test('one that the caller has is not shown again', () => {
  const answer = conditionalAnswer(VERSION, '{}', (name) => (name === 'If-None-Match' ? 'W/"7"' : undefined));
  expect(answer).toMatchObject({ status: 304, headers: { ETag: 'W/"7"' } });
  expect(answer).not.toHaveProperty('body');
  expect(answer).not.toHaveProperty('returnedCount');
});

test.each([
  [{ 'If-None-Match': '"7"' }, 304],
  [{ 'If-None-Match': 'W/"6", W/"7"' }, 304],
  [{ 'If-None-Match': '*' }, 304],
  [{ 'If-None-Match': 'W/"77"' }, 200],
  [{ 'If-None-Match': '7' }, 200],
  // In whole seconds, since HTTP's dates have no others.
  [{ 'If-Modified-Since': 'Mon, 23 Nov 2026 05:00:00 GMT' }, 304],
  [{ 'If-Modified-Since': 'Mon, 23 Nov 2026 04:59:59 GMT' }, 200],
  [{ 'If-Modified-Since': 'yesterday' }, 200],
  // RFC 9110, 13.2.2: the tag says more than the time.
  [{ 'If-None-Match': 'W/"6"', 'If-Modified-Since': 'Mon, 23 Nov 2026 06:00:00 GMT' }, 200],
])('%j is answered %i', (headers, expected) => {
  expect(statusWith(headers)).toBe(expected);
});
