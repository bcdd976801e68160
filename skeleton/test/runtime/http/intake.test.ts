import { type AnsweredRequest, createApiApp } from '../../../src/runtime/http/api-app';
import type { Answer, IntakeRoute, PlainRoute, RequestFacts } from '../../../src/runtime/http/route';

const FACTS: RequestFacts = { principal: 'someone', requestId: 'r-1', baseUrl: 'https://api.example' };
const BYTES_MAX = 10;

function prepare() {
  const answered: AnsweredRequest[] = [];
  const taken: { text: string; charset: string | undefined }[] = [];
  const took = (body: { bytes: Uint8Array; charset: string | undefined }): Answer => {
    taken.push({ text: Buffer.from(body.bytes).toString('utf8'), charset: body.charset });
    return { status: 202, contentType: 'text/plain', body: 'took', headers: { 'X-A': 'b' } };
  };
  const letters: IntakeRoute = {
    path: '/letters',
    patientData: 'none',
    intakes: [
      {
        mediaTypes: ['text/plain', 'text/letter'],
        charsets: ['utf-8', 'us-ascii'],
        bodyBytesMax: BYTES_MAX,
        answers: { accepts: () => true, legal: 'anything' },
        post: async (_context, body) => took(body),
      },
      {
        mediaTypes: ['text/curt'],
        charsets: ['utf-8'],
        bodyBytesMax: BYTES_MAX,
        answers: { accepts: (accept) => accept !== 'text/html', legal: 'text/curt' },
        post: async () => Promise.reject(new Error('SELECT patient')),
        refusal: ({ status }) => ({ status, contentType: 'text/curt', body: `no: ${status}` }),
      },
    ],
  };
  const reading: PlainRoute = {
    path: '/letters',
    patientData: 'none',
    get: async () => ({ status: 200, contentType: 'application/json', body: {} }),
  };
  const app = createApiApp([reading, letters], {
    audit: 'none',
    observer: { answered: (request) => answered.push(request), auditFailed: () => undefined },
    isUnavailable: () => false,
  });
  const post = async (
    body: RequestInit['body'],
    contentType?: string,
    headers: Record<string, string> = {},
    facts = FACTS,
  ) =>
    app.fetch(
      new Request('https://internal.example/letters', {
        method: 'POST',
        body,
        headers: { ...(contentType === undefined ? {} : { 'Content-Type': contentType }), ...headers },
        ...({ duplex: 'half' } as object),
      }),
      facts,
    );
  return { app, post, taken, answered };
}

test('a body is taken as its bytes, with its answer’s status, text and headers', async () => {
  const { post, taken } = prepare();
  const response = await post('Grüße', 'Text/Letter; Charset="UTF-8"');
  expect([response.status, response.headers.get('x-a'), await response.text()]).toEqual([202, 'b', 'took']);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(taken).toEqual([{ text: 'Grüße', charset: 'utf-8' }]);
});

test('a body of the longest legal length is taken, and one byte more is not', async () => {
  const { post, taken } = prepare();
  expect((await post('x'.repeat(BYTES_MAX), 'text/plain')).status).toBe(202);
  expect((await post('x'.repeat(BYTES_MAX + 1), 'text/plain')).status).toBe(413);
  expect(taken).toHaveLength(1);
});

test('a body that does not say its length is read no further than the limit', async () => {
  const { post, taken } = prepare();
  let pulled = 0;
  const long = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      pulled += 1;
      controller.enqueue(new Uint8Array(4));
      if (pulled === 1_000) controller.close();
    },
  });
  const response = await post(long, 'text/plain');
  expect(response.status).toBe(413);
  expect(pulled).toBeLessThan(10);
  expect(taken).toEqual([]);
});

test('no body is an empty one', async () => {
  const { post, taken } = prepare();
  expect((await post(null, 'text/plain')).status).toBe(202);
  expect(taken).toEqual([{ text: '', charset: undefined }]);
});

test.each([
  ['application/xml', 415, 'text/plain, text/letter, text/curt'],
  [undefined, 415, 'text/plain, text/letter, text/curt'],
  ['text/plain; charset=utf-16', 415, 'utf-8, us-ascii'],
])('Content-Type %s is refused with what is legal', async (contentType, status, legal) => {
  const { post, taken } = prepare();
  const response = await post(contentType === undefined ? Buffer.from('x') : 'x', contentType);
  expect([response.status, (await response.text()).includes(legal)]).toEqual([status, true]);
  expect(taken).toEqual([]);
});

test('a caller without a principal is refused before the body is looked at', async () => {
  const { post, taken } = prepare();
  expect((await post('x', 'text/plain', {}, { ...FACTS, principal: null })).status).toBe(401);
  expect(taken).toEqual([]);
});

test('a refusal is said in the words of its kind, and tells nothing of a failure but to the log', async () => {
  const { post, answered } = prepare();
  const failed = await post('x', 'text/curt');
  expect(answered).toMatchObject([{ status: 500, fault: { cause: { message: 'SELECT patient' } } }]);
  expect([failed.status, await failed.text()]).toEqual([500, 'no: 500']);
  const tooLong = await post('x'.repeat(BYTES_MAX + 1), 'text/curt');
  expect([tooLong.status, await tooLong.text()]).toEqual([413, 'no: 413']);
  expect((await post('x', 'text/curt', { Accept: 'text/html' })).status).toBe(406);
});

test('a path that is read and posted to allows both, and nothing else', async () => {
  const { app } = prepare();
  const response = await app.fetch(new Request('https://internal.example/letters', { method: 'DELETE' }), FACTS);
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  const unknown = await app.fetch(new Request('https://internal.example/x', { method: 'POST' }), FACTS);
  expect(await unknown.text()).toContain('This API offers /letters"');
});

test('an application cannot be made of two routes for one thing, nor show patients’ data without a trail', () => {
  const dependencies = {
    audit: 'none' as const,
    observer: { answered: () => undefined, auditFailed: () => undefined },
    isUnavailable: () => false,
  };
  const plain: PlainRoute = { path: '/a', patientData: 'none', get: async () => Promise.reject(new Error('unused')) };
  expect(() => createApiApp([plain, plain], dependencies)).toThrow('two routes answer GET /a');
  const chart = { ...plain, patientData: { action: 'read' as const, resourceType: 'Chart' } };
  expect(() => createApiApp([chart], dependencies)).toThrow('needs an audit trail');
});
