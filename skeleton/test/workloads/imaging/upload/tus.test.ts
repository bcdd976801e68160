import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tus from 'tus-js-client';
import { bigEndian, deflated, refusedFiles } from './instance-variants';
import { answerOf, HOSPITAL, idOf, metadata, OTHER_HOSPITAL, partHeaders, problem, sha256 } from './upload-client';
import { startUploadFixture, type UploadFixture } from './upload-fixture';
import { makeInstance } from '../support/part10';

const PART_BYTES_MAX = 8 * 1024 * 1024;
const UPLOAD_BYTES_MAX = 2_147_483_648;

let fixture: UploadFixture;
beforeAll(async () => {
  fixture = await startUploadFixture();
}, 60_000);
afterAll(async () => fixture.stop());

/** Nothing but whole files of scans is left. */
async function expectNothingIncoming(): Promise<void> {
  expect((await fixture.files()).incoming).toEqual([]);
}

test('a file in one part is a scan when the part is answered', async () => {
  const { bytes, studyInstanceUid, seriesInstanceUid, sopInstanceUid } = makeInstance();
  const answer = await fixture.client.upload(bytes);
  expect(answer.status).toBe(204);
  expect(answer.headers).toMatchObject({
    'upload-offset': String(bytes.length),
    'tus-resumable': '1.0.0',
    'x-content-sha256': sha256(bytes).toString('hex'),
    'cache-control': 'no-store',
  });
  const scanId = idOf(answer.url);
  expect(await fixture.upload(scanId)).toMatchObject({
    state: 'received',
    offset_bytes: String(bytes.length),
    writer: null,
  });
  expect(await fixture.scan(scanId)).toMatchObject({
    source: 'tus',
    state: 'received',
    size_bytes: String(bytes.length),
    sha256: sha256(bytes),
    study_uid: studyInstanceUid,
    series_uid: seriesInstanceUid,
    sop_instance_uid: sopInstanceUid,
    transfer_syntax_uid: '1.2.840.10008.1.2.1',
    steps: ['received'],
  });
  expect(await fixture.holds(scanId, bytes)).toBe(true);
  await expectNothingIncoming();
});

test('a tus client sends a file in parts, and its name is kept nowhere', async () => {
  const { bytes } = makeInstance({ pixelBytes: 100_000 });
  const url = await new Promise<string>((resolve, reject) => {
    const upload = new tus.Upload(bytes, {
      endpoint: `${fixture.environment(0).PUBLIC_URL?.replace(/:0$/, '')}:${portOf()}/uploads`,
      chunkSize: 30_000,
      headers: { 'X-Client-Certificate-Subject': HOSPITAL },
      metadata: {
        filename: '../../Doe^Jane.dcm',
        filetype: 'application/dicom',
        sha256: sha256(bytes).toString('base64'),
      },
      httpStack: new tus.DefaultHttpStack({ ca: fixture.authority.certificate }),
      retryDelays: null,
      onError: reject,
      onSuccess: () => resolve(upload.url ?? ''),
    });
    upload.start();
  });
  expect(await fixture.holds(idOf(url), bytes)).toBe(true);
  const { rows } = await fixture.database.owner.query(
    'SELECT u.*, s.* FROM upload u LEFT JOIN scan s ON s.scan_id = u.upload_id',
  );
  const kept = [JSON.stringify(rows), JSON.stringify(await fixture.files()), JSON.stringify(fixture.logged)].join();
  expect(kept).not.toMatch(/Doe|Jane|\.dcm/);
  expect((await fixture.client.head(url)).headers['upload-metadata']).toBe(
    metadata({ sha256: sha256(bytes).toString('hex') })['Upload-Metadata'],
  );
});

function portOf(): string {
  const listening = fixture.logged.find(({ event }) => event === 'api.listening');
  return String((listening?.fields as { port: number }).port);
}

test('a sender is told what is spoken here', async () => {
  const { status, headers } = await fixture.client.ask({ method: 'OPTIONS', path: '/uploads' });
  expect(status).toBe(204);
  expect(headers).toMatchObject({
    'tus-version': '1.0.0',
    'tus-extension': 'creation,creation-with-upload,termination,expiration',
    'tus-max-size': String(UPLOAD_BYTES_MAX),
  });
  expect(headers['access-control-allow-origin']).toBeUndefined();
});

test('an upload is created at its own place, with the time it has', async () => {
  const created = await fixture.client.ask({ method: 'POST', path: '/uploads', headers: { 'Upload-Length': '10' } });
  expect(created.status).toBe(201);
  expect(created.headers.location).toMatch(new RegExp(`^https://localhost:${portOf()}/uploads/[0-9a-f-]{36}$`));
  const hours = (Date.parse(created.headers['upload-expires'] as string) - Date.now()) / 3_600_000;
  expect(hours).toBeCloseTo(24, 1);
  const url = created.headers.location ?? '';
  expect((await fixture.client.head(url)).headers).toMatchObject({ 'upload-offset': '0', 'upload-length': '10' });
  expect((await fixture.client.ask({ method: 'DELETE', path: url })).status).toBe(204);
});

test('a small file comes with the creation of its upload', async () => {
  const { bytes } = makeInstance();
  const answer = await fixture.client.ask({
    method: 'POST',
    path: '/uploads',
    headers: { 'Upload-Length': String(bytes.length), 'Content-Type': 'application/offset+octet-stream' },
    body: bytes,
  });
  expect(answer).toMatchObject({ status: 201, headers: { 'x-content-sha256': sha256(bytes).toString('hex') } });
  expect(await fixture.holds(idOf(answer.headers.location ?? ''), bytes)).toBe(true);
});

test('a first part comes with the creation of its upload, and the rest by parts', async () => {
  const { bytes } = makeInstance();
  const created = await fixture.client.ask({
    method: 'POST',
    path: '/uploads',
    headers: { 'Upload-Length': String(bytes.length), 'Content-Type': 'application/offset+octet-stream' },
    body: bytes.subarray(0, 100),
  });
  expect(created).toMatchObject({ status: 201, headers: { 'upload-offset': '100' } });
  const url = created.headers.location ?? '';
  expect((await fixture.client.patch(url, 100, bytes.subarray(100))).status).toBe(204);
  expect(await fixture.holds(idOf(url), bytes)).toBe(true);
});

test('a first part that is longer than its file is refused with its upload, and nothing is left but a record', async () => {
  const answer = await fixture.client.ask({
    method: 'POST',
    path: '/uploads',
    headers: { 'Upload-Length': '11', 'Content-Type': 'application/offset+octet-stream' },
    body: Buffer.alloc(12),
  });
  expect(answer.json()).toEqual(problem(413, 'part_too_large'));
  expect(answer.headers.location).toBeUndefined();
  await expectNothingIncoming();
  const { rows } = await fixture.database.owner.query(
    `SELECT state, reason_code, writer FROM upload WHERE length_bytes = 11`,
  );
  expect(rows).toEqual([{ state: 'abandoned', reason_code: 'upload_terminated', writer: null }]);
});

test('parts that are cut at random places are resumed, bit for bit', async () => {
  for (let round = 0; round < 12; round += 1) {
    const { bytes } = makeInstance({ pixelBytes: 200_000 + 2 * round });
    const url = await fixture.client.create(bytes.length);
    let offset = 0;
    for (let cuts = 0; offset < bytes.length; cuts += 1) {
      const end = Math.min(bytes.length, offset + 1 + Math.floor(Math.random() * 90_000));
      if (cuts < 3) {
        const sent = fixture.client.begin({
          method: 'PATCH',
          path: url,
          headers: { ...partHeaders(offset), 'Content-Length': String(bytes.length - offset) },
        });
        sent.on('error', () => undefined);
        await new Promise<void>((resolve) => sent.write(bytes.subarray(offset, end), () => resolve()));
        if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        sent.destroy();
      } else {
        expect((await fixture.client.patch(url, offset, bytes.subarray(offset, end))).status).toBe(204);
      }
      const known = Number((await fixture.client.head(url)).headers['upload-offset']);
      expect(known).toBeGreaterThanOrEqual(offset);
      expect(known).toBeLessThanOrEqual(end);
      offset = known;
    }
    expect(await fixture.holds(idOf(url), bytes)).toBe(true);
  }
  await expectNothingIncoming();
});

test('a part that does not begin where the upload ends is refused, and changes nothing', async () => {
  const { bytes } = makeInstance({ pixelBytes: 10_000 });
  const url = await fixture.client.create(bytes.length);
  await fixture.client.patch(url, 0, bytes.subarray(0, 4_000));
  for (const offset of [0, 3_999, 4_001, 8_000, bytes.length]) {
    const refused = await fixture.client.patch(url, offset, bytes.subarray(offset));
    expect(refused.json()).toMatchObject(problem(409, 'offset_conflict'));
  }
  expect((await fixture.client.head(url)).headers['upload-offset']).toBe('4000');
  expect((await fixture.client.patch(url, 4_000, bytes.subarray(4_000))).status).toBe(204);
  expect(await fixture.holds(idOf(url), bytes)).toBe(true);
});

test('the last part may be sent again once the file is received', async () => {
  const { bytes } = makeInstance();
  const { url } = await fixture.client.upload(bytes);
  expect((await fixture.client.head(url)).headers['upload-offset']).toBe(String(bytes.length));
  expect((await fixture.client.patch(url, bytes.length, Buffer.alloc(0))).status).toBe(204);
  expect((await fixture.client.patch(url, 0, bytes)).json()).toMatchObject(problem(409, 'offset_conflict'));
  expect((await fixture.scan(idOf(url)))?.steps).toEqual(['received']);
});

const TUS_PART = { 'Content-Type': 'application/offset+octet-stream' };
test.each([
  ['no length', {}, 400, 'length_invalid'],
  ['a length to be told later', { 'Upload-Defer-Length': '1' }, 400, 'length_invalid'],
  ['an empty file', { 'Upload-Length': '0' }, 400, 'length_invalid'],
  ['a negative length', { 'Upload-Length': '-1' }, 400, 'length_invalid'],
  ['a length that is no number', { 'Upload-Length': '1e3' }, 400, 'length_invalid'],
  ['a file of 3 GB', { 'Upload-Length': '3000000000' }, 413, 'upload_too_large'],
  ['one byte too many', { 'Upload-Length': String(UPLOAD_BYTES_MAX + 1) }, 413, 'upload_too_large'],
  ['another tus', { 'Upload-Length': '10', 'Tus-Resumable': '0.2.2' }, 412, 'tus_version_unsupported'],
  ['metadata that is none', { 'Upload-Length': '10', 'Upload-Metadata': 'name ???' }, 400, 'header_invalid'],
  ['a checksum that is none', { 'Upload-Length': '10', ...metadata({ sha256: 'abc' }) }, 400, 'checksum_invalid'],
  ['an empty checksum', { 'Upload-Length': '10', 'Upload-Metadata': 'sha256' }, 400, 'checksum_invalid'],
  ['parts of others', { 'Upload-Length': '10', 'Upload-Concat': 'partial' }, 400, 'header_invalid'],
])('an upload of %s is not created', async (_, headers, status, code) => {
  const { rows: before } = await fixture.database.owner.query('SELECT count(*) FROM upload');
  const answer = await fixture.client.ask({ method: 'POST', path: '/uploads', headers });
  expect(answer.json()).toEqual(problem(status, code));
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.headers['tus-max-size']).toBe(status === 413 ? String(UPLOAD_BYTES_MAX) : undefined);
  const { rows: after } = await fixture.database.owner.query('SELECT count(*) FROM upload');
  expect(after).toEqual(before);
  await expectNothingIncoming();
});

test.each([
  ['without an offset', TUS_PART, 400, 'header_invalid'],
  ['with an offset that is none', { ...TUS_PART, 'Upload-Offset': '0x0' }, 400, 'header_invalid'],
  ['of another type', { 'Upload-Offset': '0', 'Content-Type': 'application/dicom' }, 415, 'media_type_unsupported'],
  ['without a type', { 'Upload-Offset': '0' }, 415, 'media_type_unsupported'],
  ['of another tus', { ...partHeaders(0), 'Tus-Resumable': '2.0.0' }, 412, 'tus_version_unsupported'],
])('a part %s is refused', async (_, headers, status, code) => {
  const url = await fixture.client.create(10);
  const answer = await fixture.client.ask({ method: 'PATCH', path: url, headers, body: Buffer.alloc(4) });
  expect(answer.json()).toEqual(problem(status, code));
  expect((await fixture.client.head(url)).headers['upload-offset']).toBe('0');
  await fixture.client.ask({ method: 'DELETE', path: url });
});

test('a part that is too long is refused before it is read, and one that is longer than the file', async () => {
  const url = await fixture.client.create(PART_BYTES_MAX + 10);
  const long = await fixture.client.patch(url, 0, Buffer.alloc(PART_BYTES_MAX + 1));
  expect(long.json()).toEqual(problem(413, 'part_too_large'));
  expect((await fixture.client.patch(url, 0, Buffer.alloc(PART_BYTES_MAX))).status).toBe(204);
  const beyond = await fixture.client.patch(url, PART_BYTES_MAX, Buffer.alloc(11));
  expect(beyond.json()).toEqual(problem(413, 'part_too_large'));
  expect((await fixture.client.head(url)).headers['upload-offset']).toBe(String(PART_BYTES_MAX));
  await fixture.client.ask({ method: 'DELETE', path: url });
  await expectNothingIncoming();
});

test('a part of unknown length is refused', async () => {
  const url = await fixture.client.create(10);
  const sent = fixture.client.begin({ method: 'PATCH', path: url, headers: partHeaders(0) });
  const answered = answerOf(sent);
  sent.write('abc');
  sent.end('def');
  expect((await answered).json()).toEqual(problem(411, 'length_required'));
  await fixture.client.ask({ method: 'DELETE', path: url });
});

test.each(refusedFiles())(
  'a file that is %s is refused with the reason, and only a record is left',
  async (_, bytes, code) => {
    const { url, ...answer } = await fixture.client.upload(bytes, metadata({ filename: 'scan.dcm' }));
    expect(answer.json()).toEqual(problem(422, code));
    expect(await fixture.upload(idOf(url))).toMatchObject({
      state: 'refused',
      reason_code: code,
      finished_at: expect.any(Date),
    });
    expect(await fixture.scan(idOf(url))).toBeUndefined();
    expect((await fixture.files()).whole).not.toContain(idOf(url));
    await expectNothingIncoming();
    expect((await fixture.client.patch(url, 0, bytes)).json()).toEqual(problem(410, 'upload_refused'));
    expect((await fixture.client.head(url)).status).toBe(410);
  },
);

test.each([
  ['deflated', deflated, '1.2.840.10008.1.2.1.99'],
  ['in big endian', bigEndian, '1.2.840.10008.1.2.2'],
])('a file that is %s is a scan', async (_, variant, transferSyntaxUid) => {
  const instance = makeInstance();
  const bytes = variant(instance);
  const { url, status } = await fixture.client.upload(bytes);
  expect(status).toBe(204);
  expect(await fixture.scan(idOf(url))).toMatchObject({
    sop_instance_uid: instance.sopInstanceUid,
    study_uid: instance.studyInstanceUid,
    transfer_syntax_uid: transferSyntaxUid,
  });
  expect(await fixture.holds(idOf(url), bytes)).toBe(true);
});

test.each(['hex', 'base64'] as const)('a checksum in %s is compared', async (encoding) => {
  const { bytes } = makeInstance();
  const right = await fixture.client.upload(bytes, metadata({ sha256: sha256(bytes).toString(encoding) }));
  expect(right.status).toBe(204);
  const wrong = await fixture.client.upload(bytes, metadata({ sha256: sha256(Buffer.from('x')).toString(encoding) }));
  expect(wrong.json()).toEqual(problem(422, 'checksum_mismatch'));
  expect(await fixture.upload(idOf(wrong.url))).toMatchObject({ state: 'refused', reason_code: 'checksum_mismatch' });
  await expectNothingIncoming();
});

test('the uploads of another hospital are not there', async () => {
  const { bytes } = makeInstance();
  const url = await fixture.client.create(bytes.length);
  const other = fixture.client.as(OTHER_HOSPITAL);
  expect((await other.head(url)).status).toBe(404);
  expect((await other.patch(url, 0, bytes)).json()).toEqual(problem(404, 'not_found'));
  expect((await other.ask({ method: 'DELETE', path: url })).json()).toEqual(problem(404, 'not_found'));
  other.close();
  expect((await fixture.client.head(url)).headers['upload-offset']).toBe('0');
  expect((await fixture.client.patch(url, 0, bytes)).status).toBe(204);
});

test('nobody gets in without a certificate', async () => {
  const nobody = fixture.client.as(null);
  const tooLong = fixture.client.as(`CN=${'x'.repeat(2_000)}`);
  for (const client of [nobody, tooLong]) {
    for (const [method, path] of [
      ['POST', '/uploads'],
      ['POST', '/studies'],
      ['GET', '/nowhere'],
    ] as const) {
      const answer = await client.ask({ method, path, headers: { 'Upload-Length': '10' } });
      expect(answer.json()).toEqual(problem(401, 'certificate_missing'));
    }
    client.close();
  }
});

test.each([
  '/uploads/..%2f..%2fetc%2fpasswd',
  '/uploads/%2e%2e',
  '/uploads/.incoming',
  '/uploads/00000000-0000-4000-8000-000000000000%00',
  '/uploads/00000000-0000-4000-8000-00000000000G',
  '/uploads/%ff',
  '/uploads/00000000-0000-4000-8000-000000000000',
  '/uploads/a/b',
])('there is nothing at %s', async (path) => {
  const answer = await fixture.client.ask({ method: 'PATCH', path, headers: partHeaders(0), body: Buffer.alloc(1) });
  expect(answer.json()).toEqual(problem(404, 'not_found'));
});

test('a method that a place does not know is refused with those that it knows', async () => {
  const answer = await fixture.client.ask({ method: 'PUT', path: '/uploads' });
  expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST, OPTIONS' } });
  expect(answer.json()).toEqual(problem(405, 'method_not_allowed'));
});

test('an upload that is ended leaves nothing but a record, one that is received stays', async () => {
  const url = await fixture.client.create(1_000);
  await fixture.client.patch(url, 0, Buffer.alloc(500));
  expect((await fixture.client.ask({ method: 'DELETE', path: url })).status).toBe(204);
  expect(await fixture.upload(idOf(url))).toMatchObject({ state: 'abandoned', reason_code: 'upload_terminated' });
  await expectNothingIncoming();
  expect((await fixture.client.ask({ method: 'DELETE', path: url })).json()).toEqual(problem(410, 'upload_terminated'));
  expect((await fixture.client.patch(url, 500, Buffer.alloc(500))).json()).toEqual(problem(410, 'upload_terminated'));
  const { bytes } = makeInstance();
  const received = await fixture.client.upload(bytes);
  const refused = await fixture.client.ask({ method: 'DELETE', path: received.url });
  expect(refused.json()).toEqual(problem(409, 'upload_finished'));
  expect(await fixture.holds(idOf(received.url), bytes)).toBe(true);
});

test('an upload that took too long is over, and its file is left for the sweep', async () => {
  const url = await fixture.client.create(1_000);
  await fixture.database.owner.query(`UPDATE upload SET expires_at = now() WHERE upload_id = $1`, [idOf(url)]);
  expect((await fixture.client.head(url)).status).toBe(410);
  expect((await fixture.client.patch(url, 0, Buffer.alloc(10))).json()).toEqual(problem(410, 'upload_expired'));
  const ended = await fixture.client.ask({ method: 'DELETE', path: url });
  expect(ended.json()).toEqual(problem(410, 'upload_expired'));
  await rm(join(fixture.folder, '.incoming', idOf(url)));
  await expectNothingIncoming();
});

test('a sender that says nothing any more gives way to one that asks', async () => {
  const { bytes } = makeInstance({ pixelBytes: 50_000 });
  const url = await fixture.client.create(bytes.length);
  const silent = fixture.client.begin({
    method: 'PATCH',
    path: url,
    headers: { ...partHeaders(0), 'Content-Length': String(bytes.length) },
  });
  silent.on('error', () => undefined);
  await new Promise<void>((resolve) => silent.write(bytes.subarray(0, 20_000), () => resolve()));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const { headers } = await fixture.client.head(url);
  const offset = Number(headers['upload-offset']);
  expect(offset).toBe(20_000);
  expect((await fixture.client.patch(url, offset, bytes.subarray(offset))).status).toBe(204);
  expect(await fixture.holds(idOf(url), bytes)).toBe(true);
  silent.destroy();
});

test('two senders of one upload never mix', async () => {
  for (let round = 0; round < 5; round += 1) {
    const instances = [makeInstance({ pixelBytes: 300_000 }), makeInstance({ pixelBytes: 300_000 })];
    const length = Math.min(...instances.map(({ bytes }) => bytes.length));
    const files = instances.map(({ bytes }) => bytes.subarray(0, length));
    const url = await fixture.client.create(length);
    const half = Math.floor(length / 2);
    const answers = await Promise.all(
      files.map(async (bytes) => fixture.client.patch(url, 0, bytes.subarray(0, half))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    const winner = answers.findIndex(({ status }) => status === 204);
    const last = await fixture.client.patch(url, half, (files[winner] ?? Buffer.alloc(0)).subarray(half));
    const isWhole = instances[winner]?.bytes.length === length;
    expect(last.status).toBe(isWhole ? 204 : 422);
    if (isWhole) expect(await fixture.holds(idOf(url), files[winner] ?? Buffer.alloc(0))).toBe(true);
  }
  await expectNothingIncoming();
});

test('health is told to anybody', async () => {
  const answer = await fixture.client.as(null).ask({ method: 'GET', path: '/health' });
  expect(answer).toMatchObject({ status: 200 });
  expect(answer.json()).toEqual({ status: 'running' });
});

test('the log names places and ids of ours, and nothing that a sender wrote', async () => {
  const { bytes, studyInstanceUid } = makeInstance();
  const { url } = await fixture.client.upload(bytes);
  await fixture.client.ask({ method: 'GET', path: `/studies/${studyInstanceUid}?PatientName=Doe` });
  const text = JSON.stringify(fixture.logged);
  expect(text).not.toMatch(/Doe|2\.25\.|hospital|CN=/);
  expect(fixture.logged).toContainEqual({
    event: 'request.answered',
    fields: expect.objectContaining({ method: 'PATCH', route: '/uploads/:upload', status: 204 }),
  });
  expect(fixture.logged).toContainEqual({
    event: 'scan.received',
    fields: { scanId: idOf(url), payloadBytes: bytes.length },
  });
  expect(fixture.logged).toContainEqual({
    event: 'scan.queue_failed',
    fields: { scanId: idOf(url), error: expect.anything() },
  });
});
