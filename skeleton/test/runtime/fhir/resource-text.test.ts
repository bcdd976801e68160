import fc from 'fast-check';
import type { Bundle } from 'fhir/r4';
import { bundleText } from '../../../src/runtime/fhir/bundle-text';
import { withVersionMeta } from '../../../src/runtime/fhir/resource-text';

const VERSION = { versionId: '7', lastUpdated: '2026-11-23T05:00:00.000Z' };

describe('a resource with its version', () => {
  test.each([
    ['{"resourceType":"A","id":"1","x":1.00}', '{"resourceType":"A","id":"1","meta":$,"x":1.00}'],
    ['{"id":"1","resourceType":"A"}', '{"id":"1","resourceType":"A","meta":$}'],
    ['{"x":1}', '{"meta":$,"x":1}'],
    ['{}', '{"meta":$}'],
    ['{"meta":{},"x":"\\u00fc"}', '{"meta":$,"x":"\\u00fc"}'],
    ['{"meta":{"versionId":"1","lastUpdated":"2020"},"id":"1"}', '{"meta":$,"id":"1"}'],
  ])('%s becomes %s', (content, expected) => {
    expect(withVersionMeta(content, VERSION)).toBe(expected.replace('$', JSON.stringify(VERSION)));
  });

  test('keeps what else its source says of it', () => {
    const content =
      '{"meta":{"profile":["p"],"versionId":"1","tag":[{"code":"}\\""}]},"contained":[{"meta":{"versionId":"1"}}]}';
    expect(JSON.parse(withVersionMeta(content, VERSION))).toEqual({
      meta: { ...VERSION, profile: ['p'], tag: [{ code: '}"' }] },
      contained: [{ meta: { versionId: '1' } }],
    });
  });

  test('is for the rest what it was, whatever it says and however it is spaced', () => {
    const meta = fc.dictionary(fc.constantFrom('versionId', 'lastUpdated', 'source', 'profile'), fc.jsonValue());
    const resource = fc.record(
      { resourceType: fc.string(), id: fc.string(), meta, rest: fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(resource, fc.constantFrom(undefined, 2), (plain, space) => {
        const shown = JSON.parse(withVersionMeta(JSON.stringify(plain, null, space), VERSION)) as object;
        expect(shown).toEqual(JSON.parse(JSON.stringify({ ...plain, meta: { ...plain.meta, ...VERSION } })));
      }),
    );
  });
});

describe('a Bundle of texts', () => {
  test('has the resources as they are written, and its notes as an entry', () => {
    const text = bundleText({
      type: 'searchset',
      selfUrl: 'https://a.example/A?x=1',
      nextUrl: 'https://a.example/A?x=1&_cursor=c',
      entries: [
        { fullUrl: 'https://a.example/A/1', resource: '{"value":1.00}', search: { mode: 'match' } },
        { resource: '{}' },
      ],
      notes: [{ severity: 'information', code: 'informational', diagnostics: 'worth saying' }],
    });
    expect(text).toContain('"resource":{"value":1.00}}');
    const bundle = JSON.parse(text) as Bundle;
    expect(bundle.link?.map(({ relation }) => relation)).toEqual(['self', 'next']);
    expect(bundle.entry).toMatchObject([
      { fullUrl: 'https://a.example/A/1', search: { mode: 'match' } },
      { resource: {} },
      { resource: { resourceType: 'OperationOutcome' }, search: { mode: 'outcome' } },
    ]);
  });

  test('has no entries where there are none, and none of what was removed but that it was', () => {
    expect(bundleText({ type: 'history', selfUrl: 'u', entries: [] })).toBe(
      '{"resourceType":"Bundle","type":"history","link":[{"relation":"self","url":"u"}]}',
    );
    const removal = { request: { method: 'DELETE' as const, url: 'A/1' } };
    expect(JSON.parse(bundleText({ type: 'history', selfUrl: 'u', entries: [removal] }))).toMatchObject({
      entry: [removal],
    });
  });
});
