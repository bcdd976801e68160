import { Hono } from 'hono';
import { type NodeHost, startNodeHost } from '../../../src/runtime/http/node-host';
import type { ApiEnvironment } from '../../../src/runtime/http/route';

const hosts: NodeHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map(async (host) => host.close()));
});

async function start(app: Hono<ApiEnvironment>, port = 0): Promise<NodeHost> {
  const host = await startNodeHost({ app, port, principal: 'local-developer' });
  hosts.push(host);
  return host;
}

const mirror = new Hono<ApiEnvironment>().get('*', (context) => context.json({ ...context.env }));

test('each request comes from the one principal, under an id of its own', async () => {
  const { baseUrl } = await start(mirror);
  expect(baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const ask = async () =>
    (await (await fetch(baseUrl, { headers: { 'X-Request-Id': 'mine', Host: 'evil.example' } })).json()) as Record<
      string,
      unknown
    >;
  const [first, second] = [await ask(), await ask()];
  expect(first).toEqual({ principal: 'local-developer', baseUrl, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect(second.requestId).not.toBe(first.requestId);
});

test('a port that is taken is an error', async () => {
  const { baseUrl } = await start(mirror);
  await expect(start(mirror, Number(new URL(baseUrl).port))).rejects.toThrow(/EADDRINUSE/);
});

test('closing answers what is under way and nothing after it', async () => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let entered = (): void => undefined;
  const underWay = new Promise<void>((resolve) => (entered = resolve));
  const slow = new Hono<ApiEnvironment>().get('*', async (context) => {
    entered();
    await released;
    return context.text('done');
  });
  const host = await startNodeHost({ app: slow, port: 0, principal: 'local-developer' });
  const answer = fetch(host.baseUrl);
  await underWay;
  const closed = host.close();
  await expect(fetch(host.baseUrl)).rejects.toThrow();
  release();
  expect(await (await answer).text()).toBe('done');
  await closed;
});
