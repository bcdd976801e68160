import { ARCHIVE, HOSPITAL, OTHER_HOSPITAL, PUBLIC_URL, QueryFixture, valuesOf } from './query-fixture';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

const STUDY = '0020000D';
const SERIES = '0020000E';
const INSTANCE = '00080018';

let query: QueryFixture;
beforeAll(async () => {
  query = await QueryFixture.start();
  await query.store(
    { sopInstanceUid: '1.2.10.1.1', studyUid: '1.2.10', accessionNumber: 'A-10', studyTime: '08', metadata: METADATA },
    { sopInstanceUid: '1.2.10.1.2', studyUid: '1.2.10', instanceNumber: 2 },
    { sopInstanceUid: '1.2.10.2.1', studyUid: '1.2.10', seriesUid: '1.2.10.2', seriesNumber: 2, modality: 'SR' },
    {
      sopInstanceUid: '1.2.20.1.1',
      studyUid: '1.2.20',
      patientId: 'P-2',
      patientName: 'Álvares^João=漢字^名',
      studyDate: '20261101',
      studyTime: '173000.5',
      accessionNumber: 'A_20%',
      modality: 'MR',
      sopClassUid: '1.2.840.10008.5.1.4.1.1.4',
    },
    {
      sopInstanceUid: '1.2.30.1.1',
      studyUid: '1.2.30',
      patientId: 'P-3',
      patientName: null,
      studyDate: null,
      studyTime: null,
      accessionNumber: null,
      seriesNumber: null,
      instanceNumber: null,
      issuer: 'CLINIC',
    },
    // The same patient's id and the same study's UID, at another hospital.
    { sopInstanceUid: '1.2.10.9.9', studyUid: '1.2.10', hospital: OTHER_HOSPITAL, patientName: 'Costa^Rui' },
    { sopInstanceUid: '1.2.90.1.1', studyUid: '1.2.90', hospital: OTHER_HOSPITAL },
  );
});
afterAll(async () => query.stop());
beforeEach(async () => query.forgetAudit());

const METADATA = {
  '00080018': { vr: 'UI', Value: ['1.2.10.1.1'] },
  '00080201': { vr: 'SH', Value: ['-0300'] },
  '00101010': { vr: 'AS', Value: ['056Y'] },
  '00180050': { vr: 'DS', Value: [1.5] },
  '00280100': { vr: 'US', Value: [16] },
  '00400244': { vr: 'DA', Value: ['20261120'] },
};

describe('studies are found', () => {
  test.each([
    ['', ['1.2.10', '1.2.20', '1.2.30']],
    ['StudyDate=20261120', ['1.2.10']],
    ['00080020=20261101-20261119', ['1.2.20']],
    ['StudyDate=20261110-', ['1.2.10']],
    ['StudyDate=-20261110', ['1.2.20']],
    ['StudyTime=08', ['1.2.10']],
    ['StudyTime=0800-0801', ['1.2.10']],
    ['StudyTime=1730', ['1.2.20']],
    ['StudyTime=173000-173001', ['1.2.20']],
    ['StudyTime=0900-1700', []],
    ['PatientID=P-1', ['1.2.10']],
    ['PatientID=p-1', []],
    ['PatientID=P-*', ['1.2.10', '1.2.20', '1.2.30']],
    ['PatientID=P-%3F', ['1.2.10', '1.2.20', '1.2.30']],
    ['PatientID=*1', ['1.2.10']],
    ['00100020=P-2', ['1.2.20']],
    ['IssuerOfPatientID=CLINIC', ['1.2.30']],
    ['PatientName=silva^MARIA', ['1.2.10']],
    ['PatientName=SILVA*', ['1.2.10']],
    ['PatientName=*maria', ['1.2.10']],
    ['PatientName=s?lva*'.replace('?', '%3F'), ['1.2.10']],
    [`PatientName=${encodeURIComponent('ÁLVARES*')}`, ['1.2.20']],
    ['PatientName=alvares%5Ejoao=*', ['1.2.20']],
    [`PatientName=${encodeURIComponent('*漢字*')}`, ['1.2.20']],
    ['PatientName=Silva%5EMaria%5E%5E', ['1.2.10']],
    ['PatientName=Silva', []],
    ['PatientName=*', ['1.2.10', '1.2.20', '1.2.30']],
    ['PatientName=', ['1.2.10', '1.2.20', '1.2.30']],
    ['PatientSex=F&PatientBirthDate=19700131', ['1.2.10', '1.2.20', '1.2.30']],
    ['AccessionNumber=A-10', ['1.2.10']],
    ['AccessionNumber=A_20%25', ['1.2.20']],
    ['AccessionNumber=A_*', ['1.2.20']],
    ['AccessionNumber=%25', []],
    ['ModalitiesInStudy=SR', ['1.2.10']],
    ['ModalitiesInStudy=C*', ['1.2.10', '1.2.30']],
    ['ReferringPhysicianName=souza*', ['1.2.10', '1.2.20', '1.2.30']],
    ['StudyInstanceUID=1.2.20', ['1.2.20']],
    ['StudyInstanceUID=1.2.20,1.2.30', ['1.2.20', '1.2.30']],
    ['StudyInstanceUID=1.2.20%5C1.2.10', ['1.2.10', '1.2.20']],
    ['StudyInstanceUID=1.2.90', []],
    ['StudyID=S-1&StudyDescription=Ch*', ['1.2.10', '1.2.20', '1.2.30']],
    ['PatientID=P-1&StudyDate=20261101', []],
    ['limit=2', ['1.2.10', '1.2.20']],
    ['limit=2&offset=1', ['1.2.20', '1.2.30']],
    ['offset=3', []],
  ])('by ?%s', async (parameters, uids) => {
    expect(valuesOf(await query.search(`/studies?${parameters}`), STUDY)).toEqual(uids);
  });
});

describe('series and instances are found', () => {
  test.each([
    ['/series', SERIES, ['1.2.10.1', '1.2.10.2', '1.2.20.1', '1.2.30.1']],
    ['/series?Modality=MR', SERIES, ['1.2.20.1']],
    ['/series?SeriesNumber=2', SERIES, ['1.2.10.2']],
    ['/series?SeriesInstanceUID=1.2.10.2,1.2.20.1&PatientID=P-1', SERIES, ['1.2.10.2']],
    ['/series?StudyDate=20261101', SERIES, ['1.2.20.1']],
    ['/series?BodyPartExamined=CHE*&Modality=SR', SERIES, ['1.2.10.2']],
    ['/studies/1.2.10/series', SERIES, ['1.2.10.1', '1.2.10.2']],
    ['/studies/1.2.10/series?Modality=CT', SERIES, ['1.2.10.1']],
    ['/studies/1.2.99/series', SERIES, []],
    ['/instances', INSTANCE, ['1.2.10.1.1', '1.2.10.1.2', '1.2.10.2.1', '1.2.20.1.1', '1.2.30.1.1']],
    ['/instances?PatientName=silva*&InstanceNumber=2', INSTANCE, ['1.2.10.1.2']],
    ['/instances?SOPClassUID=1.2.840.10008.5.1.4.1.1.4', INSTANCE, ['1.2.20.1.1']],
    ['/instances?SOPInstanceUID=1.2.30.1.1', INSTANCE, ['1.2.30.1.1']],
    ['/instances?ModalitiesInStudy=SR&Modality=CT', INSTANCE, ['1.2.10.1.1', '1.2.10.1.2']],
    ['/studies/1.2.10/instances', INSTANCE, ['1.2.10.1.1', '1.2.10.1.2', '1.2.10.2.1']],
    ['/studies/1.2.10/series/1.2.10.2/instances', INSTANCE, ['1.2.10.2.1']],
    ['/studies/1.2.20/series/1.2.10.2/instances', INSTANCE, []],
    ['/instances?limit=2&offset=2', INSTANCE, ['1.2.10.2.1', '1.2.20.1.1']],
  ])('by %s', async (path, tag, uids) => {
    expect(valuesOf(await query.search(path), tag)).toEqual(uids);
  });
});

describe('an answer has', () => {
  test('the attributes of DICOM PS3.18, table 10.6.3-3, for a study', async () => {
    expect(await query.search('/studies?StudyInstanceUID=1.2.10')).toEqual([
      {
        '00080020': { vr: 'DA', Value: ['20261120'] },
        '00080030': { vr: 'TM', Value: ['08'] },
        '00080050': { vr: 'SH', Value: ['A-10'] },
        '00080056': { vr: 'CS', Value: ['ONLINE'] },
        '00080061': { vr: 'CS', Value: ['CT', 'SR'] },
        '00080090': { vr: 'PN', Value: [{ Alphabetic: 'Souza^Ana' }] },
        '00080201': { vr: 'SH', Value: ['-0300'] },
        '00081190': { vr: 'UR', Value: [`${PUBLIC_URL}/studies/1.2.10`] },
        '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Silva^Maria' }] },
        '00100020': { vr: 'LO', Value: ['P-1'] },
        '00100021': { vr: 'LO' },
        '00100030': { vr: 'DA', Value: ['19700131'] },
        '00100040': { vr: 'CS', Value: ['F'] },
        '0020000D': { vr: 'UI', Value: ['1.2.10'] },
        '00200010': { vr: 'SH', Value: ['S-1'] },
        '00201206': { vr: 'IS', Value: [2] },
        '00201208': { vr: 'IS', Value: [3] },
      },
    ]);
  });

  test('an element without a value for what is not known, and the groups of a name', async () => {
    const [unknown, named] = await query
      .search('/studies?StudyInstanceUID=1.2.30,1.2.20')
      .then((all) => all.toReversed());
    expect(unknown).toMatchObject({ '00080020': { vr: 'DA' }, '00100010': { vr: 'PN' } });
    expect(unknown?.['00080020']).not.toHaveProperty('Value');
    expect(named?.['00100010']).toEqual({ vr: 'PN', Value: [{ Alphabetic: 'Álvares^João', Ideographic: '漢字^名' }] });
  });

  test('the attributes of table 10.6.3-4 for a series, and those of its study where the path does not name it', async () => {
    const [within] = await query.search('/studies/1.2.10/series?Modality=CT');
    expect(Object.keys(within ?? {})).toEqual([
      '00080056',
      '00080060',
      '00080201',
      '0008103E',
      '00081190',
      '0020000D',
      '0020000E',
      '00200011',
      '00201209',
      '00400244',
    ]);
    expect(within).toMatchObject({
      '00081190': { Value: [`${PUBLIC_URL}/studies/1.2.10/series/1.2.10.1`] },
      '00201209': { vr: 'IS', Value: [2] },
    });
    const [all] = await query.search('/series?SeriesInstanceUID=1.2.10.1');
    expect(all).toMatchObject({
      '00100020': { Value: ['P-1'] },
      '00201208': { Value: [3] },
      '00080060': { Value: ['CT'] },
    });
  });

  test('the attributes of table 10.6.3-5 for an instance, and those of study and series where the path does not name them', async () => {
    const path = '/studies/1.2.10/series/1.2.10.1/instances?InstanceNumber=1';
    expect(await query.search(path)).toEqual([
      {
        '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.2'] },
        '00080018': { vr: 'UI', Value: ['1.2.10.1.1'] },
        '00080056': { vr: 'CS', Value: ['ONLINE'] },
        '00080201': { vr: 'SH', Value: ['-0300'] },
        '00081190': { vr: 'UR', Value: [`${PUBLIC_URL}/studies/1.2.10/series/1.2.10.1/instances/1.2.10.1.1`] },
        '0020000D': { vr: 'UI', Value: ['1.2.10'] },
        '0020000E': { vr: 'UI', Value: ['1.2.10.1'] },
        '00200013': { vr: 'IS', Value: [1] },
        '00280008': { vr: 'IS', Value: [1] },
        '00280010': { vr: 'US', Value: [512] },
        '00280011': { vr: 'US', Value: [256] },
        '00280100': { vr: 'US', Value: [16] },
      },
    ]);
    const [ofStudy] = await query.search('/studies/1.2.10/instances?limit=1');
    expect(ofStudy).toMatchObject({ '00080060': { Value: ['CT'] } });
    expect(ofStudy).not.toHaveProperty('00100010');
    const [any] = await query.search('/instances?limit=1');
    expect(any).toMatchObject({ '00080060': { Value: ['CT'] }, '00100010': { vr: 'PN' } });
  });

  test.each([
    ['/studies?includefield=StudyDescription&limit=1', '00081030', { vr: 'LO', Value: ['Chest'] }],
    ['/studies?includefield=00101010&limit=1', '00101010', { vr: 'AS', Value: ['056Y'] }],
    ['/studies?includefield=all&limit=1', '00081030', { vr: 'LO', Value: ['Chest'] }],
    ['/studies?StudyDescription=&limit=1', '00081030', { vr: 'LO', Value: ['Chest'] }],
    ['/studies?includefield=Modality&limit=1', '00080060', undefined],
    ['/studies?includefield=00180050&limit=1', '00180050', undefined],
    [
      '/studies/1.2.10/series?includefield=PatientName',
      '00100010',
      { vr: 'PN', Value: [{ Alphabetic: 'Silva^Maria' }] },
    ],
    ['/instances?includefield=00180050,PixelSpacing&limit=1', '00180050', { vr: 'DS', Value: [1.5] }],
    [
      '/instances?includefield=AvailableTransferSyntaxUID&limit=1',
      '00083002',
      { vr: 'UI', Value: ['1.2.840.10008.1.2.1'] },
    ],
  ])('what %s asks for', async (path, tag, element) => {
    const [found] = await query.search(path);
    expect(found?.[tag]).toEqual(element);
  });

  test('the type application/dicom+json, and no body where nothing is found', async () => {
    const found = await query.get('/studies?PatientID=P-1', { headers: { Accept: 'application/dicom+json' } });
    expect([found.status, found.headers.get('content-type')]).toEqual([200, 'application/dicom+json']);
    const none = await query.get('/studies?PatientID=nobody');
    expect([none.status, none.text]).toEqual([204, '']);
  });
});

describe('a warning says', () => {
  test.each(['fuzzymatching', 'emptyvaluematching', 'multiplevaluematching'])(
    'that %s=true was not done',
    async (name) => {
      const { status, headers } = await query.get(`/studies?PatientName=silva*&${name}=true`);
      expect(status).toBe(200);
      expect(headers.get('warning')).toContain(`299 ${PUBLIC_URL}: The ${name} parameter is not supported.`);
      expect((await query.get(`/studies?${name}=false`)).headers.get('warning')).toBeNull();
    },
  );

  test('that there is more, and where', async () => {
    const { headers } = await query.get('/studies?limit=1&offset=1');
    expect(headers.get('warning')).toContain('additional results that can be requested: repeat with offset=2');
    expect((await query.get('/studies?limit=3')).headers.get('warning')).toBeNull();
  });
});

describe('a hospital', () => {
  test.each(['/studies', '/series', '/instances', '/studies/1.2.10/series', '/studies/1.2.10/instances'])(
    'sees by %s nothing that another one has sent',
    async (path) => {
      const [own, others, everybodys] = [
        await query.search(path),
        await query.search(path, OTHER_HOSPITAL),
        await query.search(path, ARCHIVE),
      ];
      const names = (found: typeof own) => [
        ...new Set(valuesOf(found, path.includes('1.2.10') ? STUDY : '00100010').map((name) => JSON.stringify(name))),
      ];
      expect(own.length + others.length).toBe(everybodys.length);
      expect(Math.min(own.length, others.length)).toBeGreaterThan(0);
      if (!path.includes('1.2.10')) expect(names(own)).not.toContain(JSON.stringify({ Alphabetic: 'Costa^Rui' }));
    },
  );

  test('sees its own patient by an id that another hospital’s patient has too', async () => {
    const [found] = await query.search('/studies?PatientID=P-1&StudyInstanceUID=1.2.10', OTHER_HOSPITAL);
    expect(found).toMatchObject({ '00100010': { Value: [{ Alphabetic: 'Costa^Rui' }] }, '00201208': { Value: [1] } });
  });

  test('that has never sent anything sees nothing', async () => {
    expect(await query.search('/studies', 'CN=nobody')).toEqual([]);
  });

  test('cannot name another one, and those that read all can', async () => {
    const other = await query.hospitalId(OTHER_HOSPITAL);
    expect(await query.get(`/studies?hospital=${other}`)).toMatchObject({ status: 400 });
    const found = await query.search(`/studies?hospital=${other}`, ARCHIVE);
    expect(valuesOf(found, STUDY)).toEqual(['1.2.10', '1.2.90']);
  });
});

describe('is refused with what is legal', () => {
  test.each([
    ['/studies?StudyDate=2026-11-20', 'StudyDate', 'a date such as 20261123'],
    ['/studies?StudyDate=20260231', 'StudyDate', 'a date such as'],
    ['/studies?StudyDate=20261120-20261101', 'StudyDate', 'with the earlier end first'],
    ['/studies?StudyDate=-', 'StudyDate', 'a date such as'],
    ['/studies?StudyTime=25', 'StudyTime', 'a time such as'],
    ['/studies?StudyInstanceUID=1.2.x', 'StudyInstanceUID', 'a UID'],
    ['/studies?limit=0', 'limit', 'a whole number from 1'],
    ['/studies?limit=ten', 'limit', 'a whole number from 1'],
    ['/studies?offset=-1', 'offset', 'a whole number from 0 to 100000'],
    ['/studies?fuzzymatching=yes', 'fuzzymatching', 'true or false'],
    ['/studies?includefield=NoSuchKeyword', 'NoSuchKeyword', 'a tag of eight hexadecimal digits'],
    ['/studies?Modality=CT', 'Modality', 'ModalitiesInStudy'],
    ['/studies?PatientsName=x', 'PatientsName', 'PatientName'],
    ['/studies?PatientID=1&PatientID=2', 'PatientID', 'given twice'],
    ['/studies?PatientID=1&00100020=2', 'PatientID', 'given twice'],
    ['/series?SeriesNumber=one', 'SeriesNumber', 'a whole number'],
    ['/series?SeriesNumber=9999999999', 'SeriesNumber', 'a whole number'],
    [`/studies?PatientName=${'x'.repeat(300)}`, 'PatientName', '256 characters at the most'],
    ['/studies?PatientName=a%00b', 'PatientName', 'none of them a control character'],
    ['/studies/1.2.x/series', 'study', 'a UID is of digits and dots'],
  ])('%s', async (path, name, legal) => {
    const { status, headers, json } = await query.get(path);
    expect([status, headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    expect(json).toMatchObject({ code: 'parameter_invalid', detail: expect.stringContaining(name) });
    expect(json).toMatchObject({ detail: expect.stringContaining(legal) });
  });

  test('a type that is not offered', async () => {
    const { status, json } = await query.get('/studies', {
      headers: { Accept: 'multipart/related; type="application/dicom+xml"' },
    });
    expect([status, json]).toMatchObject([406, { detail: expect.stringContaining('application/dicom+json') }]);
  });
});

describe('on record', () => {
  test('is each search, once for each patient shown, with who asked and what', async () => {
    await query.search('/studies?PatientID=P-*&limit=2', HOSPITAL);
    const hospital = await query.hospitalId(HOSPITAL);
    expect(await query.audit()).toMatchObject([
      {
        principal: HOSPITAL,
        action: 'search',
        resource_type: 'Study',
        resource_id: null,
        patient_id: `${hospital}//P-1`,
        query: 'PatientID=P-*&limit=2',
        outcome: 'success',
        status: 200,
        returned: 2,
      },
      { patient_id: `${hospital}//P-2` },
    ]);
  });

  test('is a search that found nothing, and one that was refused', async () => {
    await query.get('/studies/1.2.10/series?Modality=XX');
    await query.get('/series?SeriesNumber=one');
    expect(await query.audit()).toMatchObject([
      {
        resource_type: 'Series',
        resource_id: '1.2.10',
        patient_id: null,
        outcome: 'success',
        status: 204,
        returned: 0,
      },
      { resource_type: 'Series', outcome: 'refused', status: 400, query: 'SeriesNumber=one' },
    ]);
  });
});

test('what is told to the log holds neither patient, UID nor query', async () => {
  query.answered.length = 0;
  await query.get('/studies/1.2.10/series?PatientID=P-1');
  await query.get('/studies?PatientName=Silva*&StudyDate=never');
  const told = JSON.stringify(query.answered);
  expect(told).toContain('/studies/:study/series');
  expect(told).not.toMatch(/1\.2\.10|P-1|Silva|never/);
});
