import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  type Certificate,
  createLoopbackAuthority,
  type LoopbackAuthority,
} from '../../../../local/certificate-authority';
import { type LocalGateway, startGateway } from '../../../../local/workloads/imaging/gateway';

const HOSPITAL = { commonName: 'pacs.hospital.example', organization: 'Hospital', country: 'BR' };
const SUBJECT = 'CN=pacs.hospital.example,O=Hospital,C=BR';
const TUS = { 'Tus-Resumable': '1.0.0' };

let servers: LoopbackAuthority;
let hospitals: LoopbackAuthority;
let hospital: Certificate;
let gateway: LocalGateway;
const programs: Server[] = [];

beforeAll(async () => {
  servers = await createLoopbackAuthority('Servers');
  hospitals = await createLoopbackAuthority('Hospitals');
  hospital = await hospitals.issueClient(HOSPITAL);
  gateway = await startGateway({
    port: 0,
    certificate: await servers.issue(),
    truststore: hospitals.certificate,
    uploadPort: await program('upload'),
    queryPort: await program('query'),
  });
});

afterAll(async () => {
  await gateway.close();
  for (const server of programs) {
    server.closeAllConnections();
    server.close();
  }
});

/** A program that says what it was asked. */
async function program(name: string): Promise<number> {
  const { certificate, privateKey } = await servers.issue();
  const server = createServer({ cert: certificate, key: privateKey }, (asked, response) => {
    let bodyBytes = 0;
    asked.on('data', (chunk: Buffer) => (bodyBytes += chunk.length));
    asked.on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ name, method: asked.method, url: asked.url, headers: asked.headers, bodyBytes }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  programs.push(server);
  return (server.address() as AddressInfo).port;
}

interface Ask {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Default: the hospital's. `null`: none. */
  readonly client?: Certificate | null;
}

async function ask({ method, path, headers = {}, body, client = hospital }: Ask) {
  const sent = request({
    host: 'localhost',
    port: gateway.port,
    ca: servers.certificate,
    ...(client !== null && { cert: client.certificate, key: client.privateKey }),
    agent: false,
    method,
    path,
    headers,
  });
  sent.end(body);
  const [answered] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answered as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return { status: answered.statusCode, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

describe('the gateway of the local stack', () => {
  it('says whose certificate it saw, as a distinguished name that ends with the country', async () => {
    const { status, body } = await ask({ method: 'GET', path: '/studies?limit=1' });

    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'query', url: '/studies?limit=1' });
    expect(body.headers).toMatchObject({ 'x-client-certificate-subject': SUBJECT });
  });

  it('sends what is to be stored to uploads, with its body, and what is asked to queries', async () => {
    const body = Buffer.alloc(70_000, 1);
    const part = { ...TUS, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' };

    expect((await ask({ method: 'PATCH', path: '/uploads/1', headers: part, body })).body).toMatchObject({
      name: 'upload',
      bodyBytes: 70_000,
    });
    expect((await ask({ method: 'GET', path: '/studies/1/metadata' })).body).toMatchObject({ name: 'query' });
  });

  it('refuses who comes without a certificate, with one of another authority, or with one that has expired', async () => {
    const stranger = await (await createLoopbackAuthority('Hospitals')).issueClient(HOSPITAL);
    const expired = await hospitals.issueClient({ ...HOSPITAL, expiresAt: new Date(Date.now() - 60_000) });

    for (const client of [null, stranger, expired]) {
      await expect(ask({ method: 'GET', path: '/studies', client })).rejects.toThrow(/certificate|ECONNRESET|socket/i);
    }
  });

  it('refuses who says by himself whose certificate he has', async () => {
    const headers = { 'X-Client-Certificate-Subject': 'CN=other' };

    expect(await ask({ method: 'GET', path: '/studies', headers })).toEqual({
      status: 403,
      body: { message: 'Forbidden' },
    });
  });

  it('refuses more than API Gateway takes in a request', async () => {
    const headers = { 'Content-Type': 'multipart/related' };
    const body = Buffer.alloc(10 * 1024 * 1024 + 1);

    expect(await ask({ method: 'POST', path: '/studies', headers, body })).toMatchObject({ status: 413 });
  });

  it('knows the paths and headers of the deployment, and no others', async () => {
    expect(await ask({ method: 'GET', path: '/health' })).toMatchObject({ status: 403 });
    expect(await ask({ method: 'DELETE', path: '/studies/1' })).toMatchObject({ status: 403 });
    expect(await ask({ method: 'POST', path: '/uploads' })).toEqual({
      status: 400,
      body: { message: 'Missing required request parameters: [Tus-Resumable]' },
    });
  });
});
