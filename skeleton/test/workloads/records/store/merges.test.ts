import { merge, observation, patient, removal, submission } from './records-events';
import { RecordsTables } from './records-tables';

jest.setTimeout(60_000);

describe('merges of patients', () => {
  let tables: RecordsTables;
  beforeAll(async () => {
    tables = await RecordsTables.create();
  });
  afterAll(async () => tables.drop());

  let ids: { a: string; b: string; c: string };
  beforeEach(async () => {
    ids = { a: crypto.randomUUID(), b: crypto.randomUUID(), c: crypto.randomUUID() };
    await tables.store(...Object.values(ids).map((id) => submission(patient(id, { versionId: '1' }))));
  });

  const mergesMade = async () =>
    (
      await tables.rows<{ merged_id: string; surviving_id: string }>(
        'SELECT merged_id, surviving_id FROM patient_merge WHERE merged_id = ANY ($1) ORDER BY 1',
        [Object.values(ids)],
      )
    ).map(({ merged_id, surviving_id }) => [merged_id, surviving_id]);
  const linkTo = (id: string, type: string) => ({ other: { reference: `Patient/${id}` }, type });

  test('link both patients to each other, and leave the merged one inactive', async () => {
    const answer = await tables.store(submission(merge(ids.a, ids.b)));

    expect(answer.stored).toBe(1);
    expect(await tables.current('Patient', ids.a)).toMatchObject({
      active: false,
      link: [linkTo(ids.b, 'replaced-by')],
    });
    expect(await tables.current('Patient', ids.b)).toMatchObject({ active: true, link: [linkTo(ids.a, 'replaces')] });
    expect(await tables.history('Patient', ids.a)).toHaveLength(2);
  });

  test('leave everything else of a patient as it came, digit by digit', async () => {
    const extension = [{ url: 'https://hospital.example/weight', valueDecimal: 1 }];
    const { content, ...rest } = patient(ids.a, { versionId: '2' }, { extension, link: [linkTo('x', 'seealso')] });
    const exact = content.replace('"valueDecimal":1', '"valueDecimal":1.00');
    await tables.store(submission({ ...rest, content: exact }));
    await tables.store(submission(merge(ids.a, ids.b)));

    const [, , merged] = await tables.history('Patient', ids.a);
    const links = `[${JSON.stringify(linkTo('x', 'seealso'))},${JSON.stringify(linkTo(ids.b, 'replaced-by'))}]`;
    expect(merged?.content).toBe(
      exact.replace('"active":true', '"active":false').replace(`[${JSON.stringify(linkTo('x', 'seealso'))}]`, links),
    );
  });

  test('have the links found, and the merged one found as inactive', async () => {
    await tables.store(submission(merge(ids.a, ids.b)));

    expect(
      await tables.rows(
        `SELECT resource_id, path, target_id FROM resource_reference
         WHERE parameter = 'link' AND resource_id = ANY ($1) ORDER BY resource_id = $2`,
        [[ids.a, ids.b], ids.b],
      ),
    ).toEqual([
      { resource_id: ids.a, path: 'Patient.link[0].other', target_id: ids.b },
      { resource_id: ids.b, path: 'Patient.link[0].other', target_id: ids.a },
    ]);
    expect(
      await tables.rows(`SELECT code FROM resource_token WHERE parameter = 'active' AND resource_id = $1`, [ids.a]),
    ).toEqual([{ code: 'false' }]);
  });

  test('are still said when the source sends either patient again, and when it repeats itself nothing is stored', async () => {
    await tables.store(submission(merge(ids.a, ids.b)));
    await tables.store(
      submission(patient(ids.a, { versionId: '2' }, { gender: 'female' })),
      submission(patient(ids.b, { versionId: '2' }, { gender: 'female' })),
    );

    expect(await tables.current('Patient', ids.a)).toMatchObject({
      gender: 'female',
      active: false,
      link: [linkTo(ids.b, 'replaced-by')],
    });
    expect(await tables.current('Patient', ids.b)).toMatchObject({
      gender: 'female',
      link: [linkTo(ids.a, 'replaces')],
    });

    const again = await tables.store(
      submission(patient(ids.a, { versionId: '2' }, { gender: 'female' })),
      submission(patient(ids.a, { versionId: '1' })),
    );
    expect(again).toEqual({ stored: 0, refused: [], reason_codes: [] });
  });

  test('go on: who was merged into one who is merged then is the same person as that one', async () => {
    await tables.store(submission(merge(ids.a, ids.b)), submission(merge(ids.b, ids.c)));

    const same = await tables.rows<{ id: string }>('SELECT patient_with_merged($1) AS id', [ids.c]);
    expect(same.map(({ id }) => id).toSorted()).toEqual(Object.values(ids).toSorted());
    expect(await tables.current('Patient', ids.b)).toMatchObject({
      link: expect.arrayContaining([linkTo(ids.a, 'replaces'), linkTo(ids.c, 'replaced-by')]) as unknown,
    });
  });

  test('that come again change nothing', async () => {
    await tables.store(submission(merge(ids.a, ids.b)));
    const answer = await tables.store(submission(merge(ids.a, ids.b)));

    expect(answer).toEqual({ stored: 0, refused: [], reason_codes: [] });
    expect(await tables.history('Patient', ids.a)).toHaveLength(2);
  });

  test.each<[string, string, () => Promise<unknown>, () => ReturnType<typeof merge>]>([
    ['into oneself', 'merge_into_itself', async () => undefined, () => merge(ids.a, ids.a)],
    ['of an unknown patient', 'merge_patient_unknown', async () => undefined, () => merge('nobody', ids.b)],
    ['into an unknown patient', 'merge_patient_unknown', async () => undefined, () => merge(ids.a, 'nobody')],
    [
      'into a patient who was removed',
      'merge_patient_unknown',
      async () => tables.store(submission(removal('Patient', ids.b))),
      () => merge(ids.a, ids.b),
    ],
    [
      'of one who was merged into another one',
      'merge_already_made',
      async () => tables.store(submission(merge(ids.a, ids.c))),
      () => merge(ids.a, ids.b),
    ],
    [
      'that would close a circle',
      'merge_circular',
      async () => tables.store(submission(merge(ids.a, ids.b)), submission(merge(ids.b, ids.c))),
      () => merge(ids.c, ids.a),
    ],
  ])('%s are refused and change nothing', async (_which, reason, before, refused) => {
    await before();
    const state = async () => [
      await mergesMade(),
      await tables.history('Patient', ids.a),
      await tables.history('Patient', ids.b),
      await tables.history('Patient', ids.c),
      await tables.rows("SELECT FROM resource WHERE version_id = 0 OR resource_id = 'nobody'"),
    ];
    const earlier = await state();
    const answer = await tables.store(submission(patient(ids.c, { versionId: '7' }), refused()));

    expect(answer).toEqual({ stored: 0, refused: [1], reason_codes: [reason] });
    expect(await state()).toEqual(earlier);
  });

  test('of patients that the same message tells of are made', async () => {
    const [merged, surviving] = [crypto.randomUUID(), crypto.randomUUID()];
    const answer = await tables.store(submission(patient(merged), patient(surviving), merge(merged, surviving)));

    expect(answer.stored).toBe(1);
    expect(await tables.current('Patient', merged)).toMatchObject({ active: false });
  });

  test('never close a circle, when two processors make them at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const circle = Array.from({ length: 4 }, () => crypto.randomUUID());
      await tables.store(...circle.map((id) => submission(patient(id))));
      const answers = await Promise.all(
        circle.map(async (id, index) => tables.store(submission(merge(id, circle[(index + 1) % 4] ?? '')))),
      );
      expect(answers.flatMap(({ reason_codes }) => reason_codes)).toEqual(['merge_circular']);
    }
  });

  test('do not make the data of one the data of the other: both keep what is about them', async () => {
    await tables.store(submission(observation(crypto.randomUUID(), ids.a, 1)), submission(merge(ids.a, ids.b)));

    const rows = await tables.rows<{ patient_id: string }>(
      `SELECT DISTINCT patient_id FROM patient_resource WHERE resource_type = 'Observation' AND patient_id = ANY ($1)`,
      [Object.values(ids)],
    );
    expect(rows.map(({ patient_id }) => patient_id)).toEqual([ids.a]);
  });
});
