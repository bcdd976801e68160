import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { ObjectDouble } from './object-double';
import {
  ARCHIVE,
  type Answered,
  HOSPITAL,
  type InstanceFixture,
  OTHER_HOSPITAL,
  PUBLIC_URL,
  QueryFixture,
} from './query-fixture';
import { SUBJECT_HEADER } from '../../../../src/workloads/imaging/http/certificate-identity';
import { ImageObjects } from '../../../../src/workloads/imaging/query/retrieve/image-objects';
import { eventually } from '../../../support/test-consumer';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

const EXPLICIT = '1.2.840.10008.1.2.1';
const IMPLICIT = '1.2.840.10008.1.2';
const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';
const LARGE_BYTES = 24 * 1024 * 1024;

/** A study of two series in two transfer syntaxes, and one too large to be held by a socket's buffers. */
const INSTANCES: readonly InstanceFixture[] = [
  { sopInstanceUid: '1.2.10.1.1', studyUid: '1.2.10', original: randomBytes(200_000) },
  { sopInstanceUid: '1.2.10.1.2', studyUid: '1.2.10', instanceNumber: 2, preview: 'no_pixel_data' },
  {
    sopInstanceUid: '1.2.10.2.1',
    studyUid: '1.2.10',
    seriesUid: '1.2.10.2',
    seriesNumber: 2,
    transferSyntaxUid: IMPLICIT,
    preview: 'no_pixel_data',
  },
  { sopInstanceUid: '1.2.20.1.1', studyUid: '1.2.20', patientId: 'P-2', transferSyntaxUid: JPEG_BASELINE },
  { sopInstanceUid: '1.2.30.1.1', studyUid: '1.2.30', original: Buffer.alloc(LARGE_BYTES, 'x') },
  { sopInstanceUid: '1.2.10.1.1', studyUid: '1.2.10', hospital: OTHER_HOSPITAL },
  { sopInstanceUid: '1.2.40.1.1', studyUid: '1.2.40', hospital: OTHER_HOSPITAL },
];

const STUDY = '/studies/1.2.10';
const SERIES = `${STUDY}/series/1.2.10.1`;
const INSTANCE = `${SERIES}/instances/1.2.10.1.1`;
const LARGE = '/studies/1.2.30/series/1.2.30.1/instances/1.2.30.1.1';
const ANY_SYNTAX = { headers: { Accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' } };
const SINGLE = { headers: { Accept: 'application/dicom; transfer-syntax=*' } };

let query: QueryFixture;
let objects: ObjectDouble;
beforeAll(async () => {
  query = await QueryFixture.start();
  objects = new ObjectDouble();
  const stored = await query.store(...INSTANCES);
  stored.forEach(({ hospitalId, instanceId, sha256 }, index) => {
    const { original, sopInstanceUid, preview } = INSTANCES[index] ?? { sopInstanceUid: '' };
    const rest = `${hospitalId}/${instanceId}/${sha256}`;
    objects.objects.set(`originals/${rest}.dcm`, original ?? Buffer.from(sopInstanceUid));
    if (preview === undefined) objects.objects.set(`previews/${rest}.jpg`, Buffer.from(`preview of ${sopInstanceUid}`));
  });
  await query.use({ objects: new ImageObjects(objects.client, 'scans-test') });
});
afterAll(async () => query.stop());
beforeEach(async () => {
  await query.forgetAudit();
  query.answered.length = 0;
  objects.read.length = 0;
  objects.takenBytes = 0;
});

interface ReadPart {
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Buffer;
}

/** Parts of a multipart body, by the rules of RFC 2046. */
function partsOf({ headers, bytes }: Answered): ReadPart[] {
  const boundary = /boundary=([0-9a-f]+)$/.exec(headers.get('content-type') ?? '')?.[1] ?? 'none';
  const pieces = bytes.toString('latin1').split(`--${boundary}`);
  expect([pieces[0], pieces.at(-1)]).toEqual(['', '--\r\n']);
  return pieces.slice(1, -1).map((piece) => {
    const end = piece.indexOf('\r\n\r\n');
    const lines = piece.slice(2, end).split('\r\n');
    return {
      headers: Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      ),
      content: Buffer.from(piece.slice(end + 4, -2), 'latin1'),
    };
  });
}

const originalOf = (sopInstanceUid: string) =>
  INSTANCES.find((instance) => instance.sopInstanceUid === sopInstanceUid)?.original ?? Buffer.from(sopInstanceUid);

describe('instances come back bit for bit', () => {
  test.each([
    ['a study', STUDY, ['1.2.10.1.1', '1.2.10.1.2', '1.2.10.2.1']],
    ['a series', SERIES, ['1.2.10.1.1', '1.2.10.1.2']],
    ['an instance', INSTANCE, ['1.2.10.1.1']],
  ])('of %s, each with its transfer syntax, length and place', async (_what, path, uids) => {
    const answer = await query.get(path, ANY_SYNTAX);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^multipart\/related; type="application\/dicom"; boundary=/);
    const parts = partsOf(answer);
    expect(parts.map(({ headers }) => headers['Content-Location']?.split('/').at(-1))).toEqual(uids);
    parts.forEach(({ headers, content }, index) => {
      const original = originalOf(uids[index] ?? '');
      expect(content.equals(original)).toBe(true);
      expect(headers['Content-Length']).toBe(String(original.length));
    });
    expect(parts[0]?.headers).toMatchObject({
      'Content-Type': `application/dicom; transfer-syntax=${EXPLICIT}`,
      'Content-Location': `${PUBLIC_URL}${INSTANCE}`,
    });
  });

  test('as one file, with its length and a tag of its bytes', async () => {
    const { status, headers, bytes } = await query.get(INSTANCE, SINGLE);
    expect([status, headers.get('content-type'), headers.get('content-length')]).toEqual([
      200,
      `application/dicom; transfer-syntax=${EXPLICIT}`,
      '200000',
    ]);
    expect(headers.get('etag')).toMatch(/^"[0-9a-f]{64}"$/);
    expect(bytes.equals(originalOf('1.2.10.1.1'))).toBe(true);
  });

  test.each([
    ['bytes=0-99', 0, 99],
    ['bytes=199990-', 199_990, 199_999],
    ['bytes=-10', 199_990, 199_999],
    ['bytes=100000-999999', 100_000, 199_999],
  ])('in the range %s', async (Range, first, last) => {
    const { status, headers, bytes } = await query.get(INSTANCE, { headers: { ...SINGLE.headers, Range } });
    expect([status, headers.get('content-range')]).toEqual([206, `bytes ${first}-${last}/200000`]);
    expect(bytes.equals(originalOf('1.2.10.1.1').subarray(first, last + 1))).toBe(true);
  });

  test('in a range only when the asker has the rest of the same bytes', async () => {
    const ask = async (etag: string) =>
      query.get(INSTANCE, { headers: { ...SINGLE.headers, Range: 'bytes=0-99', 'If-Range': etag } });
    const { headers } = await query.get(INSTANCE, SINGLE);
    expect((await ask(headers.get('etag') ?? '')).status).toBe(206);
    const { status, bytes } = await ask(`"${'0'.repeat(64)}"`);
    expect([status, bytes.length]).toEqual([200, 200_000]);
  });

  test('in the last bytes of a file of nearly 2 GiB, of which nothing else is read', async () => {
    const sizeBytes = 2_147_483_646;
    const [stored] = await query.store({ sopInstanceUid: '1.2.60.1.1', studyUid: '1.2.60', sizeBytes });
    const { hospitalId, instanceId, sha256 } = stored ?? { hospitalId: 0, instanceId: '', sha256: '' };
    objects.objects.set(`originals/${hospitalId}/${instanceId}/${sha256}.dcm`, {
      length: sizeBytes,
      subarray: (start: number, end: number) =>
        Buffer.from(Array.from({ length: end - start }, (_, index) => (start + index) % 251)),
    });
    const path = '/studies/1.2.60/series/1.2.60.1/instances/1.2.60.1.1';
    const ask = async (Range: string) => query.get(path, { headers: { ...SINGLE.headers, Range } });
    const { status, headers, bytes } = await ask('bytes=1900000000-1900099999');
    expect([status, headers.get('content-range')]).toEqual([206, `bytes 1900000000-1900099999/${sizeBytes}`]);
    expect([bytes.length, bytes[0], bytes.at(-1)]).toEqual([100_000, 1_900_000_000 % 251, 1_900_099_999 % 251]);
    expect([...(await ask('bytes=-2')).bytes]).toEqual([(sizeBytes - 2) % 251, (sizeBytes - 1) % 251]);
    expect(objects.takenBytes).toBe(100_002);
    const outside = await ask(`bytes=${sizeBytes}-`);
    expect([outside.status, outside.headers.get('content-range')]).toEqual([416, `bytes */${sizeBytes}`]);
    objects.objects.delete(`originals/${hospitalId}/${instanceId}/${sha256}.dcm`);
  });

  test.each([
    ['bytes=200000-', 416],
    ['bytes=0-1,5-6', 200],
    ['pages=1-2', 200],
  ])('or not, when the range is %s', async (Range, expected) => {
    const { status, headers } = await query.get(INSTANCE, { headers: { ...SINGLE.headers, Range } });
    expect(status).toBe(expected);
    expect(headers.get('content-range')).toBe(expected === 416 ? 'bytes */200000' : null);
  });

  test('to HEAD without a body, and without reading the object', async () => {
    const { status, headers, bytes } = await query.get(INSTANCE, { ...SINGLE, method: 'HEAD' });
    expect([status, headers.get('content-length'), bytes.length]).toEqual([200, '200000', 0]);
    expect(objects.read).toEqual([]);
  });
});

describe('what is accepted decides', () => {
  const MULTIPART = 'multipart/related; type="application/dicom"';
  test.each([
    [INSTANCE, '*/*', 'multipart/related'],
    [INSTANCE, MULTIPART, 'multipart/related'],
    [INSTANCE, `${MULTIPART}; transfer-syntax=${EXPLICIT}`, 'multipart/related'],
    [INSTANCE, 'application/dicom', 'application/dicom'],
    [INSTANCE, `image/png, ${MULTIPART};q=0.1, application/dicom;q=0.9`, 'application/dicom'],
    [STUDY, '*/*', 'multipart/related'],
    // There is the lossy form alone.
    ['/studies/1.2.20', MULTIPART, 'multipart/related'],
    ['/studies/1.2.20', `${MULTIPART}; transfer-syntax=${JPEG_BASELINE}`, 'multipart/related'],
    [
      STUDY,
      `${MULTIPART}; transfer-syntax=${IMPLICIT}, ${MULTIPART}; transfer-syntax=${EXPLICIT}`,
      'multipart/related',
    ],
  ])('%s as %s is answered', async (path, Accept, type) => {
    const { status, headers } = await query.get(path, { headers: { Accept } });
    expect([status, headers.get('content-type')?.split(';')[0]]).toEqual([200, type]);
  });

  test.each([
    [STUDY, MULTIPART, IMPLICIT],
    [STUDY, `${MULTIPART}; transfer-syntax=${EXPLICIT}`, IMPLICIT],
    [INSTANCE, `application/dicom; transfer-syntax=${JPEG_BASELINE}`, EXPLICIT],
    ['/studies/1.2.20', `${MULTIPART}; transfer-syntax=${EXPLICIT}`, JPEG_BASELINE],
  ])('%s as %s is refused, since it is stored in %3$s', async (path, Accept, stored) => {
    const { status, json } = await query.get(path, { headers: { Accept } });
    expect([status, json]).toMatchObject([406, { code: 'not_acceptable', detail: expect.stringContaining(stored) }]);
    expect(json).toMatchObject({ detail: expect.stringContaining('transfer-syntax=*') });
    expect(objects.read).toEqual([]);
  });

  test.each([
    [STUDY, 'application/dicom; transfer-syntax=*', 406],
    [INSTANCE, 'image/jpeg', 406],
    [INSTANCE, 'text/html', 406],
    [INSTANCE, 'not a type', 400],
    [INSTANCE, 'a/b;q=2', 400],
    [`${INSTANCE}/metadata`, 'application/dicom+xml', 406],
    [`${INSTANCE}/rendered`, 'application/dicom', 406],
    [`${STUDY}/rendered`, 'image/jpeg', 406],
  ])('%s as %s is refused by %i', async (path, Accept, expected) => {
    expect((await query.get(path, { headers: { Accept } })).status).toBe(expected);
  });

  test('also by a query parameter', async () => {
    const accept = encodeURIComponent('application/dicom; transfer-syntax=*');
    const { status, headers } = await query.get(`${INSTANCE}?accept=${accept}`);
    expect([status, headers.get('content-type')]).toEqual([200, `application/dicom; transfer-syntax=${EXPLICIT}`]);
  });
});

describe('metadata', () => {
  test.each([
    [STUDY, 3],
    [SERIES, 2],
    [INSTANCE, 1],
  ])('of %s is a list of DICOM JSON', async (path, count) => {
    const { status, headers, json } = await query.get(`${path}/metadata`);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/dicom+json']);
    expect(json).toHaveLength(count);
    expect(json).toMatchObject([
      { '00080018': { vr: 'UI', Value: ['1.2.10.1.1'] } },
      ...Array<object>(count - 1).fill({}),
    ]);
  });

  test('of more instances than a page of rows is whole', async () => {
    const many = Array.from({ length: 45 }, (_, n) => ({ sopInstanceUid: `1.2.50.1.${n}`, studyUid: '1.2.50' }));
    await query.store(...many);
    const { json } = await query.get('/studies/1.2.50/metadata');
    const uids = (json as ReadonlyArray<{ '00080018': { Value: string[] } }>).map(
      (object) => object['00080018'].Value[0],
    );
    expect(new Set(uids)).toEqual(new Set(many.map(({ sopInstanceUid }) => sopInstanceUid)));
    expect(uids).toHaveLength(45);
  });
});

describe('an image', () => {
  test.each([`${INSTANCE}/rendered`, `${INSTANCE}/thumbnail`, `${STUDY}/thumbnail`, `${SERIES}/thumbnail`])(
    'is answered by %s as the preview that is stored',
    async (path) => {
      const { status, headers, text } = await query.get(path, { headers: { Accept: 'image/jpeg' } });
      expect([status, headers.get('content-type'), text]).toEqual([200, 'image/jpeg', 'preview of 1.2.10.1.1']);
    },
  );

  test('of each instance that has one is answered by a study', async () => {
    const answer = await query.get(`${STUDY}/rendered`);
    expect(partsOf(answer).map(({ headers, content }) => [headers['Content-Type'], content.toString()])).toEqual([
      ['image/jpeg', 'preview of 1.2.10.1.1'],
    ]);
  });

  test('that there is none of is refused with the reason', async () => {
    const { status, json } = await query.get(`${SERIES}/instances/1.2.10.1.2/rendered`);
    expect([status, json]).toMatchObject([
      406,
      { code: 'preview_unavailable', detail: expect.stringContaining('no_pixel_data') },
    ]);
  });

  test.each(['viewport=1024,1024', 'window=40,400,linear', 'quality=90'])(
    'of each instance of a study is not made anew for %s',
    async (parameter) => {
      const { status, json } = await query.get(`${STUDY}/rendered?${parameter}`, {
        headers: { Accept: 'multipart/*' },
      });
      expect([status, json]).toMatchObject([406, { detail: expect.stringContaining(parameter.split('=')[0] ?? '') }]);
    },
  );
});

describe('another hospital’s', () => {
  const OTHERS = '/studies/1.2.40/series/1.2.40.1/instances/1.2.40.1.1';
  const WAYS = ['/studies/1.2.40', '/studies/1.2.40/series/1.2.40.1', OTHERS].flatMap((path) =>
    ['', '/metadata', '/rendered', '/thumbnail'].map((rest) => `${path}${rest}`),
  );

  test.each([...WAYS, `${OTHERS}/frames/1`])('%s is not found, as if it were not stored', async (path) => {
    const [others, missing] = [await query.get(path), await query.get(path.replace('1.2.40', '1.2.41'))];
    expect([others.status, others.json]).toEqual([404, missing.json]);
    expect(objects.read).toEqual([]);
    expect((await query.get(path, {}, OTHER_HOSPITAL)).status).toBe(path.includes('/frames/') ? 422 : 200);
    expect((await query.get(path, {}, ARCHIVE)).status).toBe(path.includes('/frames/') ? 422 : 200);
  });

  test('study of the same UID is not mixed with the own one', async () => {
    const own = await query.get(`${STUDY}/metadata`);
    const others = await query.get(`${STUDY}/metadata`, {}, OTHER_HOSPITAL);
    const both = await query.get(`${STUDY}/metadata`, {}, ARCHIVE);
    expect([own, others, both].map(({ json }) => (json as unknown[]).length)).toEqual([3, 1, 4]);
  });

  test('instance of the same UID is told from it by the number of the hospital', async () => {
    expect(await query.get(INSTANCE, SINGLE, ARCHIVE)).toMatchObject({
      status: 400,
      text: expect.stringContaining('hospital'),
    });
    const other = await query.hospitalId(OTHER_HOSPITAL);
    const { status, text } = await query.get(`${INSTANCE}?hospital=${other}`, SINGLE, ARCHIVE);
    expect([status, text]).toEqual([200, '1.2.10.1.1']);
  });
});

/** Every way in which data is shown. */
const WAYS = [
  '/studies?PatientID=P-1',
  '/series',
  '/instances',
  STUDY,
  SERIES,
  INSTANCE,
  `${STUDY}/metadata`,
  `${INSTANCE}/metadata`,
  `${STUDY}/rendered`,
  `${INSTANCE}/thumbnail`,
];

describe('the trail of accesses', () => {
  test.each([
    [STUDY, 'Study', '1.2.10', 3],
    [SERIES, 'Series', '1.2.10.1', 2],
    [INSTANCE, 'Instance', '1.2.10.1.1', 1],
    [`${STUDY}/metadata`, 'Study', '1.2.10', 3],
    [`${INSTANCE}/rendered`, 'Instance', '1.2.10.1.1', 1],
  ])('has who read %s, and whose it is', async (path, type, uid, returned) => {
    await query.get(path);
    const hospital = await query.hospitalId(HOSPITAL);
    expect(await query.audit()).toMatchObject([
      {
        principal: HOSPITAL,
        action: 'read',
        resource_type: type,
        resource_id: uid,
        patient_id: `${hospital}//P-1`,
        outcome: 'success',
        status: 200,
        returned,
      },
    ]);
  });

  test('has what was not found, and what was refused', async () => {
    await query.get('/studies/1.2.99');
    await query.get(`${STUDY}?frame=1`);
    expect(await query.audit()).toMatchObject([
      { resource_id: '1.2.99', patient_id: null, outcome: 'refused', status: 404, returned: 0 },
      { resource_id: '1.2.10', outcome: 'refused', status: 400 },
    ]);
  });

  test.each(WAYS)('is needed for %s: without a record nothing is shown', async (path) => {
    await query.database.owner.query('REVOKE INSERT ON access_audit FROM pipeline_api');
    try {
      const { status, headers, json, text } = await query.get(path);
      expect([status, headers.get('retry-after')]).toEqual([503, '10']);
      expect(json).toMatchObject({ code: 'audit_unavailable' });
      expect(text).not.toMatch(/1\.2\.10|P-1/);
      expect(objects.read).toEqual([]);
      expect(query.auditFailures.at(-1)).toMatchObject({ code: '42501' });
    } finally {
      await query.database.owner.query('GRANT INSERT ON access_audit TO pipeline_api');
    }
  });

  test('is committed before the first byte is read for the answer', async () => {
    const blocker = await query.database.owner.connect();
    try {
      await blocker.query('BEGIN; LOCK TABLE access_audit IN ACCESS EXCLUSIVE MODE');
      const answer = query.get(INSTANCE, SINGLE);
      await eventually(
        async () =>
          (await blocker.query("SELECT FROM pg_locks WHERE NOT granted AND relation = 'access_audit'::regclass")).rows
            .length,
        (waiting) => waiting > 0,
      );
      expect(objects.read).toEqual([]);
      await blocker.query('COMMIT');
      expect((await answer).bytes.length).toBe(200_000);
    } finally {
      blocker.release();
    }
  });

  test('is not needed without a certificate, since nobody is answered', async () => {
    const { status, json } = await query.get(STUDY, {}, null);
    expect([status, json]).toMatchObject([401, { code: 'certificate_missing' }]);
    expect(await query.audit()).toEqual([]);
  });
});

describe('a large instance', () => {
  /** Asks for it and takes nothing of it. */
  function ask(path: string, accept: string) {
    const asked = request(`${query.url}${path}`, { headers: { Accept: accept, [SUBJECT_HEADER]: HOSPITAL } });
    asked.on('error', () => undefined);
    // Without a listener Node.js would read the answer and throw it away.
    asked.on('response', (answer) => answer.on('error', () => undefined));
    asked.end();
    return asked;
  }

  test.each(['application/dicom; transfer-syntax=*', ANY_SYNTAX.headers.Accept])(
    'is read no faster than it is taken, and no further when nobody takes it any more (%s)',
    async (accept) => {
      const asked = ask(LARGE, accept);
      await eventually(
        () => objects.takenBytes,
        (taken) => taken > 0,
      );
      let before = -1;
      while (before !== objects.takenBytes) {
        before = objects.takenBytes;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      // What sockets on one machine hold between them, and no more.
      expect(objects.takenBytes).toBeLessThan(LARGE_BYTES / 2);
      expect(objects.open).toBe(1);
      asked.destroy();
      await eventually(
        () => objects.open,
        (open) => open === 0,
      );
      expect(objects.takenBytes).toBeLessThan(LARGE_BYTES);
      const told = await eventually(
        () => query.answered.at(-1),
        (answered) => answered?.route === '/studies/:study/series/:series/instances/:instance',
      );
      // Its head said 200, and nobody got the rest.
      expect(told?.status).toBe(499);
    },
  );
});

describe('when the bucket does not give an object', () => {
  test.each([INSTANCE, `${INSTANCE}/thumbnail`, STUDY])('%s is refused in words', async (path) => {
    await query.use({ objects: new ImageObjects(new ObjectDouble().client, 'scans-test') });
    try {
      const { status, json, headers } = await query.get(path);
      expect([status, headers.get('retry-after')]).toEqual([503, '10']);
      expect(json).toMatchObject({ code: 'storage_unavailable' });
    } finally {
      await query.use({ objects: new ImageObjects(objects.client, 'scans-test') });
    }
  });

  test('in the middle, the answer breaks off and cannot be taken for a whole one', async () => {
    const some = new ObjectDouble();
    for (const [key, object] of objects.objects) if (object.length === 200_000) some.objects.set(key, object);
    await query.use({ objects: new ImageObjects(some.client, 'scans-test') });
    try {
      await expect(query.get(STUDY, ANY_SYNTAX)).rejects.toThrow(/terminated|fetch failed/);
      const told = await eventually(
        () => query.answered.at(-1),
        (answered) => answered?.route === '/studies/:study',
      );
      expect(told?.status).toBe(503);
      expect(told?.fault).toMatchObject({ code: 'storage_unavailable' });
    } finally {
      await query.use({ objects: new ImageObjects(objects.client, 'scans-test') });
    }
  });
});
