import fc from 'fast-check';
import { observation, patient, removal, submission, write } from './records-events';
import { RecordsTables } from './records-tables';
import type { RecordChange } from '../../../../src/workloads/records/record-event';

jest.setTimeout(60_000);

describe('versions of a resource', () => {
  let tables: RecordsTables;
  beforeAll(async () => {
    tables = await RecordsTables.create();
  });
  afterAll(async () => tables.drop());

  let id: string;
  beforeEach(() => {
    id = crypto.randomUUID();
  });

  const at = (minute: number) => ({ lastUpdated: `2026-11-20T10:${String(minute).padStart(2, '0')}:00Z` });
  const store = async (...changes: readonly RecordChange[]) => {
    const answers = [];
    for (const change of changes) answers.push(await tables.store(submission(change)));
    return answers;
  };
  const valueOf = async () => {
    const current = await tables.current('Observation', id);
    return current === null ? 'removed' : (current?.valueQuantity as { value: number } | undefined)?.value;
  };
  const historyLength = async () => (await tables.history('Observation', id)).length;

  test('are counted as they come, and the last one is current where the source says nothing of their order', async () => {
    await store(observation(id, 'p', 1), observation(id, 'p', 2), observation(id, 'p', 1));

    expect((await tables.history('Observation', id)).map(({ version_id }) => version_id)).toEqual([1, 2, 3]);
    expect(await valueOf()).toBe(1);
  });

  test('keep every digit', async () => {
    const content = `{"resourceType":"Observation","id":"${id}","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.00}}`;
    await store(write(content));

    expect((await tables.history('Observation', id))[0]?.content).toBe(content);
  });

  test('are ordered by the source, whatever order they come in: by its version', async () => {
    await store(
      observation(id, 'p', 9, { versionId: '9' }),
      observation(id, 'p', 10, { versionId: '10' }),
      observation(id, 'p', 2, { versionId: '2' }),
    );

    expect([await valueOf(), await historyLength()]).toEqual([10, 3]);
  });

  test('are ordered by the source, whatever order they come in: by its time', async () => {
    await store(observation(id, 'p', 1, at(1)), observation(id, 'p', 3, at(3)), observation(id, 'p', 2, at(2)));

    expect([await valueOf(), await historyLength()]).toEqual([3, 3]);
  });

  test('of one time are ordered as they come', async () => {
    await store(observation(id, 'p', 1, at(1)), observation(id, 'p', 2, at(1)));

    expect(await valueOf()).toBe(2);
  });

  test('whose names are no numbers are ordered by their time', async () => {
    await store(
      observation(id, 'p', 1, { versionId: 'b', ...at(2) }),
      observation(id, 'p', 2, { versionId: 'a', ...at(1) }),
    );

    expect(await valueOf()).toBe(1);
  });

  test.each([
    ['by the version', observation('ID', 'p', 1, { versionId: '1' }), observation('ID', 'p', 2, { versionId: '2' })],
    ['by the time', observation('ID', 'p', 1, at(1)), observation('ID', 'p', 2, at(2))],
  ])('that come again store nothing: %s', async (_order, first, second) => {
    const named = [first, second].map((change) => ({ ...change, resourceId: id }));
    await store(...named);
    const [again, late] = await store(...named.toReversed());

    expect([again?.stored, late?.stored, await historyLength(), await valueOf()]).toEqual([0, 0, 2, 2]);
  });

  test('that come again store nothing where the source says nothing of their order, while they are current', async () => {
    await store(observation(id, 'p', 1), observation(id, 'p', 1));

    expect(await historyLength()).toBe(1);
  });

  test('with one number and two contents are refused, and the first one stays', async () => {
    await store(observation(id, 'p', 1, { versionId: '1' }));
    const [answer] = await store(observation(id, 'p', 2, { versionId: '1' }));

    expect(answer).toEqual({ stored: 0, refused: [1], reason_codes: ['version_conflict'] });
    expect([await valueOf(), await historyLength()]).toEqual([1, 1]);
  });

  test('rise in time, each one by a millisecond at the least', async () => {
    await tables.store(...[1, 2, 3, 4].map((value) => submission(observation(id, 'p', value))));

    const rows = await tables.rows<{ rises: boolean }>(
      `SELECT last_updated > lag(last_updated, 1, '-infinity') OVER (ORDER BY version_id) AS rises
       FROM resource_version WHERE resource_id = $1`,
      [id],
    );
    expect(rows.map(({ rises }) => rises)).toEqual([true, true, true, true]);
  });

  test('are found by what the current one says, and by no other', async () => {
    await store(observation(id, 'p', 2, at(2)), observation(id, 'p', 1, at(1)));
    expect(await tables.codes('Observation', id)).toEqual(['code-2']);

    await tables.store(submission(observation(id, 'p', 3, at(3))), submission(observation(id, 'p', 4, at(4))));
    expect(await tables.codes('Observation', id)).toEqual(['code-4']);
  });

  test('go on behind a removal, which nothing finds', async () => {
    await store(observation(id, 'p', 1), removal('Observation', id));
    expect([await valueOf(), await tables.codes('Observation', id)]).toEqual(['removed', []]);

    await store(observation(id, 'p', 2));
    expect([await valueOf(), await tables.codes('Observation', id)]).toEqual([2, ['code-2']]);
  });

  test('that were removed do not come back by what came late', async () => {
    const late = observation(id, 'p', 1, { versionId: '1' });
    await store(observation(id, 'p', 2, { versionId: '2' }), removal('Observation', id), late);

    expect([await valueOf(), await historyLength()]).toEqual(['removed', 3]);
  });

  test('that come after their removal stay removed, where the removal has a time', async () => {
    await store(removal('Observation', id, '2026-11-20T10:05:00Z'), observation(id, 'p', 1, at(4)));

    expect([await valueOf(), await historyLength()]).toEqual(['removed', 2]);
  });

  test('that were never there are not removed', async () => {
    const [answer] = await store(removal('Observation', id));

    expect([answer?.stored, await tables.current('Observation', id)]).toEqual([0, undefined]);
    expect(await tables.rows('SELECT FROM resource WHERE version_id = 0')).toEqual([]);
  });

  test('come to the same current one and the same history in every order, by version', async () => {
    const order = fc.shuffledSubarray([1, 2, 3, 4, 5], { minLength: 5 });
    await fc.assert(
      fc.asyncProperty(order, fc.boolean(), async (versions, inOneBatch) => {
        id = crypto.randomUUID();
        const events = [...versions, ...versions].map((version) =>
          submission(observation(id, 'p', version, { versionId: String(version) })),
        );
        if (inOneBatch) await tables.store(...events);
        else for (const event of events) await tables.store(event);
        expect([await valueOf(), await historyLength(), await tables.codes('Observation', id)]).toEqual([
          5,
          5,
          ['code-5'],
        ]);
      }),
      { numRuns: 30 },
    );
  });

  test('about a patient are told by patient, as long as any of them was', async () => {
    await store(observation(id, 'p-1', 1), observation(id, 'p-2', 2), patient('p-1', {}, { link: [link('p-9')] }));

    const rows = await tables.rows<{ patient_id: string; resource_type: string }>(
      `SELECT patient_id, resource_type FROM patient_resource WHERE resource_id IN ($1, 'p-1') ORDER BY 1, 2`,
      [id],
    );
    expect(rows.map(({ patient_id, resource_type }) => `${patient_id} ${resource_type}`)).toEqual([
      'p-1 Observation',
      'p-1 Patient',
      'p-2 Observation',
    ]);
  });

  const link = (other: string) => ({ other: { reference: `Patient/${other}` }, type: 'seealso' });
});
