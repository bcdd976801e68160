import { refusedFiles } from './instance-variants';
import { HOSPITAL, problem } from './upload-client';
import { startUploadFixture, type UploadFixture } from './upload-fixture';
import { makeInstance } from '../support/part10';

const BOUNDARY = 'boundary-of-a-test';
const MULTIPART = { 'Content-Type': `multipart/related; type="application/dicom"; boundary=${BOUNDARY}` };
const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';

let fixture: UploadFixture;
beforeAll(async () => {
  fixture = await startUploadFixture();
}, 60_000);
afterAll(async () => fixture.stop());
afterEach(async () => {
  expect((await fixture.files()).incoming).toEqual([]);
});

interface TestPart {
  readonly bytes: Buffer;
  readonly type?: string;
}

function bodyOf(parts: readonly TestPart[]): Buffer {
  return Buffer.concat([
    ...parts.flatMap(({ bytes, type = 'application/dicom' }) => [
      Buffer.from(`\r\n--${BOUNDARY}\r\nContent-Type: ${type}\r\n\r\n`),
      bytes,
    ]),
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
}

async function store(parts: readonly TestPart[], path = '/studies', headers: Readonly<Record<string, string>> = {}) {
  return fixture.client.ask({ method: 'POST', path, headers: { ...MULTIPART, ...headers }, body: bodyOf(parts) });
}

/** Items of a sequence of an answer. */
function itemsOf(answer: { json(): unknown }, tag: string): unknown[] {
  return (answer.json() as Record<string, { Value: unknown[] }>)[tag]?.Value ?? [];
}

/** An item of Failed SOP Sequence, or of Other Failures Sequence where nobody knows which instance it was. */
function failure(code: string, reason: number, sopInstanceUid?: string): object {
  return {
    '00000902': { vr: 'LO', Value: [code] },
    '00081197': { vr: 'US', Value: [reason] },
    ...(sopInstanceUid !== undefined && {
      '00081150': { vr: 'UI', Value: [SECONDARY_CAPTURE] },
      '00081155': { vr: 'UI', Value: [sopInstanceUid] },
    }),
  };
}

async function countOf(table: 'scan' | 'upload'): Promise<number> {
  const { rows } = await fixture.database.owner.query<{ count: number }>(`SELECT count(*)::integer FROM ${table}`);
  return rows[0]?.count ?? NaN;
}

test('instances of one study are scans, each with a file of its own', async () => {
  const first = makeInstance();
  const { studyInstanceUid } = first;
  const second = makeInstance({ studyInstanceUid });
  const answer = await store([first, second], `/studies/${studyInstanceUid}`, { Accept: 'application/dicom+json' });
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/dicom+json' } });
  const publicUrl = fixture.publicUrl;
  expect(answer.json()).toEqual({
    '00081190': { vr: 'UR', Value: [`${publicUrl}/studies/${studyInstanceUid}`] },
    '00081199': {
      vr: 'SQ',
      Value: [first, second].map(({ seriesInstanceUid, sopInstanceUid }) => ({
        '00081150': { vr: 'UI', Value: [SECONDARY_CAPTURE] },
        '00081155': { vr: 'UI', Value: [sopInstanceUid] },
        '00081190': {
          vr: 'UR',
          Value: [`${publicUrl}/studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`],
        },
      })),
    },
  });
  const { rows } = await fixture.database.owner.query<{ scan_id: string }>(
    `SELECT scan_id FROM scan WHERE study_uid = $1 AND source = 'stow' AND state = 'received'
       AND hospital_id = (SELECT hospital_id FROM hospital WHERE subject = $2) ORDER BY sop_instance_uid = $3 DESC`,
    [studyInstanceUid, HOSPITAL, first.sopInstanceUid],
  );
  expect(rows).toHaveLength(2);
  expect(await fixture.holds(rows[0]?.scan_id ?? '', first.bytes)).toBe(true);
  expect(await fixture.holds(rows[1]?.scan_id ?? '', second.bytes)).toBe(true);
});

test('of several instances the wrong ones are refused, each with its reason, and the right ones are scans', async () => {
  const [good, cut, other] = [makeInstance(), makeInstance(), makeInstance()];
  const before = [await countOf('scan'), await countOf('upload')];
  const answer = await store(
    [
      { bytes: Buffer.from('no DICOM at all') },
      good,
      { bytes: cut.bytes.subarray(0, -10) },
      { bytes: Buffer.from('{}'), type: 'application/json' },
      other,
    ],
    `/studies/${good.studyInstanceUid}`,
  );
  expect(answer.status).toBe(202);
  expect(itemsOf(answer, '00081199')).toEqual([
    expect.objectContaining({ '00081155': { vr: 'UI', Value: [good.sopInstanceUid] } }),
  ]);
  expect(itemsOf(answer, '00081198')).toEqual([
    failure('truncated', 0xc000, cut.sopInstanceUid),
    failure('study_mismatch', 0xa900, other.sopInstanceUid),
  ]);
  expect(itemsOf(answer, '0008119A')).toEqual([
    failure('not_dicom', 0xc000),
    failure('media_type_unsupported', 0xc000),
  ]);
  // What was no instance by its own type was not even written.
  expect([await countOf('scan'), await countOf('upload')]).toEqual([(before[0] ?? 0) + 1, (before[1] ?? 0) + 3]);
  const { rows } = await fixture.database.owner.query<{ reason_code: string }>(
    `SELECT reason_code FROM upload WHERE state = 'refused' ORDER BY finished_at DESC LIMIT 3`,
  );
  expect(rows.map(({ reason_code: code }) => code)).toEqual(['study_mismatch', 'truncated', 'not_dicom']);
});

test.each(refusedFiles())('a request with nothing but a file that is %s is refused', async (_, bytes, code) => {
  const [files, scans] = [(await fixture.files()).whole, await countOf('scan')];
  const answer = await store([{ bytes }]);
  expect(answer.status).toBe(409);
  const failures = [...itemsOf(answer, '00081198'), ...itemsOf(answer, '0008119A')];
  expect(failures).toEqual([expect.objectContaining({ '00000902': { vr: 'LO', Value: [code] } })]);
  expect((await fixture.files()).whole).toEqual(files);
  expect(await countOf('scan')).toBe(scans);
});

test('the same instance twice is two scans, for the workers to compare', async () => {
  const instance = makeInstance();
  expect((await store([instance, instance])).status).toBe(200);
  const { rows } = await fixture.database.owner.query('SELECT FROM scan WHERE sop_instance_uid = $1', [
    instance.sopInstanceUid,
  ]);
  expect(rows).toHaveLength(2);
});

test.each([
  ['of another media type', { 'Content-Type': 'application/dicom' }, 415, 'media_type_unsupported'],
  [
    'of JSON instances',
    { 'Content-Type': `multipart/related; type="application/dicom+json"; boundary=${BOUNDARY}` },
    415,
    'media_type_unsupported',
  ],
  ['without a boundary', { 'Content-Type': 'multipart/related; type="application/dicom"' }, 400, 'multipart_invalid'],
  ['with another boundary', { 'Content-Type': `${MULTIPART['Content-Type']}-other` }, 400, 'multipart_invalid'],
  ['that wants XML', { Accept: 'application/dicom+xml' }, 406, 'not_acceptable'],
])('a request %s is refused, and leaves nothing', async (_, headers, status, code) => {
  const scans = await countOf('scan');
  expect((await store([makeInstance()], '/studies', headers)).json()).toEqual(problem(status, code));
  expect(await countOf('scan')).toBe(scans);
});

test.each(['1.2.x', '1..2', `1.${'2'.repeat(64)}`, '..%2f..%2fetc', '01.2'])(
  'a request for the study %s is refused',
  async (study) => {
    const answer = await store([makeInstance()], `/studies/${study}`);
    expect(answer.json()).toEqual(problem(400, 'parameter_invalid'));
  },
);

test('a request that is too large is refused before it is read', async () => {
  const largest = 8 * 1024 * 1024;
  const answer = await fixture.client.ask({
    method: 'POST',
    path: '/studies',
    headers: MULTIPART,
    body: Buffer.alloc(largest + 1),
  });
  expect(answer.json()).toEqual(problem(413, 'request_too_large'));
});

test('a request of 8 MiB is taken', async () => {
  const overhead = bodyOf([makeInstance({ pixelBytes: 0 })]).length + 200;
  const { bytes } = makeInstance({ pixelBytes: 8 * 1024 * 1024 - 2 * overhead });
  expect((await store([{ bytes }])).status).toBe(200);
});

test('a request of unknown length, or without a part, is refused', async () => {
  const endless = fixture.client.begin({ method: 'POST', path: '/studies', headers: MULTIPART });
  const status = new Promise((resolve) =>
    endless.once('response', (response) => resolve(response.resume().statusCode)),
  );
  endless.write(bodyOf([makeInstance()]));
  endless.end();
  expect(await status).toBe(411);
  const nothing = await fixture.client.ask({
    method: 'POST',
    path: '/studies',
    headers: MULTIPART,
    body: Buffer.from(`--${BOUNDARY}--`),
  });
  expect(nothing.json()).toEqual(problem(400, 'multipart_invalid'));
});

test('a body that breaks off keeps what was whole before, and says so', async () => {
  const [whole, broken] = [makeInstance(), makeInstance()];
  const bytes = bodyOf([whole, broken]);
  const answer = await fixture.client.ask({
    method: 'POST',
    path: '/studies',
    headers: MULTIPART,
    body: bytes.subarray(0, bytes.length - 400),
  });
  expect(answer.status).toBe(202);
  expect(itemsOf(answer, '00081199')).toEqual([
    expect.objectContaining({ '00081155': { vr: 'UI', Value: [whole.sopInstanceUid] } }),
  ]);
  expect(itemsOf(answer, '0008119A')).toEqual([failure('multipart_invalid', 0xc000)]);
});

test('a connection that breaks leaves nothing', async () => {
  const scans = await countOf('scan');
  const bytes = bodyOf([makeInstance({ pixelBytes: 100_000 })]);
  const sent = fixture.client.begin({
    method: 'POST',
    path: '/studies',
    headers: { ...MULTIPART, 'Content-Length': String(bytes.length) },
  });
  sent.on('error', () => undefined);
  await new Promise<void>((resolve) => sent.write(bytes.subarray(0, 50_000), () => resolve()));
  while ((await fixture.files()).incoming.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  sent.destroy();
  while ((await fixture.files()).incoming.length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await countOf('scan')).toBe(scans);
});

test('the log says how many instances came, and nothing of them', async () => {
  const instance = makeInstance();
  await store([instance, { bytes: Buffer.from('Doe^Jane') }], `/studies/${instance.studyInstanceUid}`);
  expect(fixture.logged).toContainEqual({
    event: 'request.answered',
    fields: expect.objectContaining({ method: 'POST', route: '/studies/:study', status: 202, returnedCount: 2 }),
  });
  expect(fixture.logged).toContainEqual({
    event: 'scan.refused',
    fields: { scanId: expect.any(String), reasonCode: 'not_dicom' },
  });
  expect(JSON.stringify(fixture.logged)).not.toMatch(/Doe|2\.25\.|CN=/);
});
