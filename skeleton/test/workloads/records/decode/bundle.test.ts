import * as fc from 'fast-check';
import { eventOf, example, rejectionOf, type Resource } from './decoder';

const OBSERVATION = example('Observation-f001');
const PATIENT = example('Patient-example');
const [URN, OTHER_URN] = [
  'urn:uuid:0f1d6b52-7c8e-4f64-8a55-3d1c0e9b7a02',
  'urn:uuid:1f1d6b52-7c8e-4f64-8a55-3d1c0e9b7a02',
];

type Entry = Readonly<Record<string, unknown>>;

const bundle = (...entry: readonly Entry[]) => ({ resourceType: 'Bundle', type: 'transaction', entry });
const put = (resource: Resource, more: object = {}): Entry => ({
  resource,
  request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  ...more,
});
const post = (resource: Resource, fullUrl: string): Entry => ({
  fullUrl,
  resource: { ...resource, id: undefined },
  request: { method: 'POST', url: resource.resourceType },
});
const request = (method: string, url: string, more: object = {}): Entry => ({ request: { method, url, ...more } });

/** A right entry that changes a resource of its own. */
const other = (index: number): Entry => put({ ...OBSERVATION, id: `o-${index}` });

test('a transaction writes and removes in the order of its entries, as one event', () => {
  const { changes } = eventOf(bundle(put(PATIENT), post(OBSERVATION, URN), request('DELETE', 'Condition/c-1')));
  expect(changes).toMatchObject([
    { kind: 'write', resourceType: 'Patient', resourceId: 'example' },
    { kind: 'write', resourceType: 'Observation', resourceId: URN.slice('urn:uuid:'.length) },
    { kind: 'removal', resourceType: 'Condition', resourceId: 'c-1', sourceUpdatedAt: null },
  ]);
});

test('what entries refer to among each other is by type and id, wherever it stands, and all else is as it came', () => {
  const { changes } = eventOf(
    bundle(post(PATIENT, URN), {
      ...post({ ...OBSERVATION, subject: { reference: URN, display: URN } }, OTHER_URN),
    }),
  );
  const [, observation] = changes;
  if (observation?.kind !== 'write') throw new Error('nothing was written');
  const patient = `Patient/${URN.slice('urn:uuid:'.length)}`;
  expect(JSON.parse(observation.content)).toEqual({
    ...OBSERVATION,
    id: OTHER_URN.slice('urn:uuid:'.length),
    subject: { reference: patient, display: URN },
  });
  expect(observation.references).toContainEqual({
    path: 'Observation.subject',
    parameter: 'subject',
    targetType: 'Patient',
    targetId: patient.slice('Patient/'.length),
  });
});

test('the digits of what comes in a Bundle stay', () => {
  const text = JSON.stringify(bundle(put(OBSERVATION))).replace('"value":6.3,', '"value":6.300,');
  const [change] = eventOf(text).changes;
  expect(change?.kind === 'write' && change.content).toContain('"valueQuantity":{"value":6.300,');
});

describe('one wrong entry is enough, and the reason names it', () => {
  const wrong: ReadonlyArray<readonly [string, Entry, string]> = [
    ['a resource without status', put({ ...OBSERVATION, status: undefined }), 'resource.status: status is missing'],
    ['a type that is not taken', put({ resourceType: 'Goal', id: 'g' }), 'resource.resourceType: Legal are Patient,'],
    ['no resource', request('PUT', 'Patient/p-9'), 'resource: Expected a resource'],
    ['another id', { ...put(PATIENT), request: { method: 'PUT', url: 'Patient/2' } }, 'resource.id: Legal is the id'],
    [
      'another type',
      { ...put(PATIENT), request: { method: 'PUT', url: 'Group/example' } },
      'request.url: Legal is Type/id',
    ],
    [
      'a version',
      { ...put(PATIENT), request: { method: 'PUT', url: 'Patient/example/_history/1' } },
      'request.url: Legal is',
    ],
    ['a method that reads', request('GET', 'Patient/p-1'), 'request.method: Legal are POST, PUT and DELETE'],
    ['a patch', request('PATCH', 'Patient/p-1'), 'request.method: Legal are POST, PUT and DELETE'],
    [
      'a conditional url',
      { ...put(PATIENT), request: { method: 'PUT', url: 'Patient?identifier=1' } },
      'request.url: Legal is',
    ],
    ['a conditional removal', request('DELETE', 'Patient?identifier=1'), 'request.url: Legal is Type/id'],
    ['a removal of what is not taken', request('DELETE', 'Goal/g-1'), 'request.url: Legal are Patient,'],
    [
      'a condition',
      request('DELETE', 'Patient/p-1', { ifMatch: 'W/"1"' }),
      'request.ifMatch: Conditions are not judged',
    ],
    [
      'a creation unless it is there',
      { ...post(PATIENT, URN), request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=1' } },
      'request.ifNoneExist: Conditions are not judged',
    ],
    ['no request', { resource: PATIENT }, ''],
    ['no request for an address', { fullUrl: OTHER_URN, resource: PATIENT }, 'request.method: Legal are'],
    ['an unknown element', { ...other(-1), colour: 'red' }, 'colour: FHIR R4 has no element colour here'],
    ['a part of itself', put({ ...OBSERVATION, partOf: [{ reference: 'Observation/f001' }] }), 'resource.partOf[0]: '],
  ];

  test.each(wrong)('%s', (_name, entry, fault) => {
    fc.assert(
      fc.property(fc.nat({ max: 6 }), fc.nat({ max: 6 }), (before, after) => {
        const rights = Array.from({ length: before + after }, (_, index) => other(index));
        const { reasonCode, reason } = rejectionOf(bundle(...rights.slice(0, before), entry, ...rights.slice(before)));
        expect(reasonCode).toBe('bundle_invalid');
        expect(reason).toContain(`Bundle.entry[${before}]${fault === '' ? '' : `.${fault}`}`);
        for (const [, index] of reason.matchAll(/Bundle\.entry\[(\d+)\]/g)) expect(index).toBe(String(before));
      }),
      { numRuns: 10 },
    );
  });

  test('each of several wrong entries is told of', () => {
    const { reason } = rejectionOf(
      bundle(...wrong.map(([, entry]) => entry).filter(({ colour }) => colour === undefined)),
    );
    const told = new Set([...reason.matchAll(/Bundle\.entry\[(\d+)\]/g)].map(([, index]) => Number(index)));
    expect(told.size).toBe(wrong.length - 1);
  });
});

test.each<[string, object, string, RegExp]>([
  [
    'of another kind',
    { ...bundle(put(PATIENT)), type: 'batch' },
    'bundle_not_transaction',
    /^Bundle\.type: legal is transaction/,
  ],
  ['of no kind', { ...bundle(put(PATIENT)), type: undefined }, 'bundle_not_transaction', /^Bundle\.type: /],
  ['without entries', { ...bundle(), entry: undefined }, 'bundle_empty', /^Bundle\.entry: /],
  ['with an empty list of them', bundle(), 'bundle_empty', /^Bundle\.entry: /],
  ['of 501 entries', bundle(...Array.from({ length: 501 }, () => ({}))), 'bundle_too_large', /legal are 500 entries/],
  [
    'that changes a resource twice',
    bundle(other(1), other(1)),
    'bundle_invalid',
    /^Bundle\.entry\[1\]: An earlier entry/,
  ],
  [
    'with two entries of one address',
    bundle(post(PATIENT, URN), post(OBSERVATION, URN)),
    'bundle_invalid',
    /\(bdl-7\)/,
  ],
  ['with an entry that is none', bundle(null as unknown as Entry), 'bundle_invalid', /^Bundle\.entry\[0\]: /],
])('a Bundle %s is refused', (_name, wrong, code, legal) => {
  const { reasonCode, reason } = rejectionOf(wrong);
  expect([reasonCode, reason]).toEqual([code, expect.stringMatching(legal)]);
});

describe('entries that are each a part of the other', () => {
  const part = (id: string, of: string) => put({ ...OBSERVATION, id, partOf: [{ reference: of }] });

  test.each([
    ['two', bundle(part('a', 'Observation/b'), part('b', 'Observation/a')), 1],
    ['three', bundle(part('a', 'Observation/b'), part('b', 'Observation/c'), part('c', 'Observation/a')), 2],
    [
      'two that are new',
      bundle(
        post({ ...OBSERVATION, partOf: [{ reference: OTHER_URN }] }, URN),
        post({ ...OBSERVATION, partOf: [{ reference: URN }] }, OTHER_URN),
      ),
      1,
    ],
  ])('%s in a circle are refused', (_name, circle, index) => {
    expect(rejectionOf(circle)).toEqual({
      reasonCode: 'bundle_invalid',
      reason: `Bundle.entry[${index}].resource.partOf[0]: partOf leads in a circle`,
    });
  });

  test('up to one that is a part of none are taken, and so are two that are linked to each other', () => {
    expect(
      eventOf(bundle(part('a', 'Observation/b'), part('b', 'Observation/c'), part('c', 'Observation/d'))).changes,
    ).toHaveLength(3);
    const linked = (id: string, to: string, type: string) =>
      put({ resourceType: 'Patient', id, link: [{ other: { reference: `Patient/${to}` }, type }] });
    expect(eventOf(bundle(linked('a', 'b', 'replaces'), linked('b', 'a', 'replaced-by'))).changes).toHaveLength(2);
  });
});
