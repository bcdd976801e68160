import { type ClientName, ImagingClient } from './support/client';
import { instancePath } from './support/real-files';
import { makeInstance } from '../../../test/workloads/imaging/support/part10';
import { describeLocal } from '../../support/deployed';
import { eventually } from '../../support/pipeline';

const REASON = 'client certificates are made on the spot by a local authority';
const AS_STORED = { Accept: 'application/dicom; transfer-syntax=*' };
/** What OpenSSL, or a connection that was closed, says. */
const HANDSHAKE_REFUSED = /certificate|alert|ECONNRESET|EPIPE|hang up/i;

describeLocal('Who may send and read', REASON, (outputs) => {
  const clients = new Map<ClientName, ImagingClient>();
  const as = (name: ClientName): ImagingClient => {
    const client = clients.get(name) ?? new ImagingClient(outputs(), name);
    clients.set(name, client);
    return client;
  };
  afterAll(() => clients.forEach((client) => client.close()));

  test('is decided in the handshake: without a certificate, with an expired one or one of another authority nobody gets in', async () => {
    for (const name of ['nobody', 'expired', 'stranger'] as const) {
      await expect(as(name).ask({ method: 'GET', path: 'studies' })).rejects.toThrow(HANDSHAKE_REFUSED);
      await expect(as(name).upload(makeInstance().bytes)).rejects.toThrow(HANDSHAKE_REFUSED);
    }
  });

  test('a hospital finds what it sent itself, a reader of all hospitals too, and another hospital nothing', async () => {
    const { bytes, ...uids } = makeInstance();
    await as('hospital-a').upload(bytes);
    const path = instancePath({ ...uids, sopClassUid: '', transferSyntaxUid: '' });
    const ask = async (name: ClientName) => as(name).ask({ method: 'GET', path, headers: AS_STORED });

    expect(
      (
        await eventually(
          async () => ask('hospital-a'),
          ({ status }) => status === 200,
        )
      ).body.equals(bytes),
    ).toBe(true);
    expect((await ask('reader')).body.equals(bytes)).toBe(true);
    expect((await ask('hospital-b')).status).toBe(404);
    expect(await as('hospital-b').search(`studies?StudyInstanceUID=${uids.studyInstanceUid}`)).toEqual([]);
    expect(await as('hospital-a').search(`studies?StudyInstanceUID=${uids.studyInstanceUid}`)).toHaveLength(1);
  });

  test('an upload is its sender’s: nobody else resumes, asks for or ends it', async () => {
    const tus = { 'Tus-Resumable': '1.0.0' };
    const created = await as('hospital-a').ask({
      method: 'POST',
      path: 'uploads',
      headers: { ...tus, 'Upload-Length': '10' },
    });
    const path = created.headers.location ?? '';

    for (const method of ['HEAD', 'DELETE'] as const) {
      expect((await as('hospital-b').ask({ method, path, headers: tus })).status).toBe(404);
    }
    const part = { ...tus, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' };
    const body = Buffer.alloc(10);
    expect((await as('hospital-b').ask({ method: 'PATCH', path, headers: part, body })).status).toBe(404);
    expect((await as('hospital-a').ask({ method: 'HEAD', path, headers: tus })).headers['upload-offset']).toBe('0');
    expect((await as('hospital-a').ask({ method: 'DELETE', path, headers: tus })).status).toBe(204);
  });
});
