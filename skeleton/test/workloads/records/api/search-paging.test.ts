import { bundleOf, faults, heartRate, idsOf, link, RecordsFixture } from './records-fixture';

const HEART_RATE = 'http://loinc.org|8867-4';

let api: RecordsFixture;
beforeAll(async () => {
  api = await RecordsFixture.start();
  await api.store(...['k-1', 'k-2', 'k-3', 'k-4'].map((id) => heartRate(id, 'p-1')));
});
afterAll(async () => {
  await api.stop();
});

test('pages show each resource once, in the order of ids, whatever is written meanwhile', async () => {
  const ids = Array.from({ length: 25 }, (_, index) => `pg-${String(index).padStart(2, '0')}`);
  await api.store(...ids.map((id) => heartRate(id, 'p-paging')));
  let written = 0;
  for (const query of ['patient=p-paging', 'patient=p-paging&code=8867-4', `code=${HEART_RATE}&patient=p-paging`]) {
    const pages = await api.pages(`/Observation?${query}&_count=4`, async () => {
      written += 1;
      // Ones of another patient and new ones before and behind, and one that changes and stays what it is.
      await api.store(
        heartRate(`pg-00-new-${written}`, 'p-other'),
        heartRate(`a-${written}`, 'p-paging'),
        heartRate(ids[written % 25] ?? '', 'p-paging', { status: 'amended' }),
      );
    });
    const shown = idsOf(...pages);
    expect(shown.filter((id) => id.startsWith('pg-'))).toEqual(ids);
    expect(new Set(shown).size).toBe(shown.length);
    expect(pages.slice(0, -1).every(({ entry }) => entry?.length === 4)).toBe(true);
  }
});

test('pages by the time of change miss nothing that changes meanwhile', async () => {
  const names = ['t-1', 't-2', 't-3', 't-4'];
  await api.store(...names.map((id) => heartRate(id, 'p-times')));
  const { body } = await api.get('/Observation/t-1');
  let isChanged = false;
  const pages = await api.pages(
    `/Observation?_lastUpdated=ge${body.meta?.lastUpdated}&patient=p-times&_count=2`,
    async () => {
      if (!isChanged) await api.store(heartRate('t-4', 'p-times', { status: 'amended' }));
      isChanged = true;
    },
  );
  const resources = pages.flatMap(({ entry = [] }) => entry).map(({ resource }) => resource);
  expect(resources.filter((one) => one?.id === 't-4').at(-1)).toMatchObject({ status: 'amended' });
  expect(new Set(resources.map((one) => one?.id))).toEqual(new Set(names));
});

test('what was removed or moved to another patient meanwhile is on no page that comes', async () => {
  const names = ['m-1', 'm-2', 'm-3', 'm-4', 'm-5'];
  await api.store(...names.map((id) => heartRate(id, 'p-moving')));
  const pages = await api.pages('/Observation?patient=p-moving&_count=2', async () => {
    await api.remove('Observation', 'm-3');
    await api.store(heartRate('m-4', 'p-elsewhere'));
  });
  expect(idsOf(...pages)).toEqual(['m-1', 'm-2', 'm-5']);
});

test('the link to the next page keeps the query, and the last page has none', async () => {
  const first = bundleOf(
    await api.get('/Observation?code=http://loinc.org%7C8867-4&patient=p-1&status=final,amended&_count=3'),
  );
  const next = new URL(link(first, 'next') ?? '');
  expect(Object.fromEntries(next.searchParams)).toEqual({
    code: HEART_RATE,
    patient: 'p-1',
    status: 'final,amended',
    _count: '3',
    _cursor: expect.any(String),
  });
  const last = bundleOf(await api.get(next.href));
  expect([idsOf(first), idsOf(last)]).toEqual([['k-1', 'k-2', 'k-3'], ['k-4']]);
  expect([link(last, 'self'), link(last, 'next')]).toEqual([next.href, undefined]);
});

test('a page that is full by chance is not followed by an empty one', async () => {
  expect(link(bundleOf(await api.get('/Observation?patient=p-1&_count=4')), 'next')).toBeUndefined();
});

test.each([
  ['1000', 4],
  ['4', 4],
  ['1', 1],
])('_count=%s shows %i', async (count, expected) => {
  expect(idsOf(bundleOf(await api.get(`/Observation?patient=p-1&_count=${count}`)))).toHaveLength(expected);
});

test('a page stops at a size that an answer can have, and the next goes on behind it', async () => {
  // Six of 900 kB each: two fit on a page. One that fits on none is alone on its own.
  const text = 'x'.repeat(900_000);
  await api.store(...[1, 2, 3, 4, 5, 6].map((n) => heartRate(`big-${n}`, 'p-big', { note: [{ text }] })));
  await api.store(heartRate('big-7', 'p-big', { note: [{ text: text.repeat(3) }] }), heartRate('big-8', 'p-big'));
  const pages = await api.pages('/Observation?patient=p-big&_count=100');
  expect(pages.map((page) => idsOf(page))).toEqual([
    ['big-1', 'big-2'],
    ['big-3', 'big-4'],
    ['big-5', 'big-6'],
    ['big-7'],
    ['big-8'],
  ]);
});

test('a cursor goes on with any size of page, and with no other search', async () => {
  const first = bundleOf(await api.get('/Observation?patient=p-1&_count=1'));
  const cursor = new URL(link(first, 'next') ?? '').searchParams.get('_cursor') ?? '';
  for (const query of ['patient=p-2', 'patient=p-1&status=final', 'code=8867-4']) {
    const answer = await api.get(`/Observation?${query}&_cursor=${cursor}`);
    expect([answer.status, Object.keys(faults(answer))]).toEqual([400, ['_cursor']]);
  }
  expect((await api.get(`/Condition?patient=p-1&_cursor=${cursor}`)).status).toBe(400);
  expect((await api.get(`/Observation?patient=p-1&_cursor=${cursor.slice(0, -1)}`)).status).toBe(400);
  const rest = bundleOf(await api.get(`/Observation?patient=p-1&_count=5&_cursor=${cursor}`));
  expect(idsOf(first, rest)).toEqual(['k-1', 'k-2', 'k-3', 'k-4']);
});
