import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { eventually, temporaryDirectory } from './support';
import { type ChildGuard, startChildGuard } from '../../local/child-guard';
import { type FaultProxy, type KinesisFault, startFaultProxy } from '../../local/fault-proxy';
import { isRunning } from '../../local/launchers';
import { runCommand } from '../../local/run-command';
import { type ProcessSettings, SupervisedProcess } from '../../local/supervised-process';
import { allSettledOrThrow, Teardown } from '../../local/teardown';

const directory = temporaryDirectory();

describe('a supervised process', () => {
  let guard: ChildGuard;
  beforeAll(() => {
    guard = startChildGuard([]);
  });
  afterAll(async () => guard.dismiss());

  const supervised = (script: string, overrides: Partial<ProcessSettings> = {}) =>
    new SupervisedProcess({
      name: 'The patient process',
      nodeArguments: ['-e', script],
      environment: {},
      logFile: join(directory, 'process.log'),
      guard,
      isHealthy: async () => readFileSync(join(directory, 'process.log'), 'utf8').includes('ready'),
      afterCrash: 'restart',
      ...overrides,
    });
  const FOREVER = "console.log('ready'); setInterval(() => {}, 1000);";

  test('gets its own environment and none of ours', async () => {
    const child = supervised(`console.log('ready', JSON.stringify(process.env)); ${FOREVER}`, {
      environment: { GREETING: 'hello' },
    });
    await child.start();
    await child.stop();

    expect(readFileSync(child.logFile, 'utf8')).toContain('"GREETING":"hello"');
    expect(readFileSync(child.logFile, 'utf8')).not.toContain('"PATH"');
  });

  test('is killed when it does not heed a request to stop', async () => {
    const child = supervised(`process.on('SIGTERM', () => {}); ${FOREVER}`, { stopPatienceMs: 200 });
    await child.start();
    const { pid = 0 } = child;

    await child.stop();

    expect(isRunning(pid)).toBe(false);
    expect(child.pid).toBeUndefined();
  });

  test('that never gets healthy is stopped, and its last words are told', async () => {
    const child = supervised("console.error('no licence found'); setInterval(() => {}, 1000);", {
      isHealthy: async () => false,
      startPatienceMs: 1_000,
    });

    await expect(child.start()).rejects.toThrow(/was not healthy within 1 s\.[^]*no licence found/);
    expect(child.pid).toBeUndefined();
  });

  test('that holds what cannot be had again is reported lost, not restarted', async () => {
    const reasons: string[] = [];
    const child = supervised(FOREVER, { afterCrash: 'report', onLost: (reason) => reasons.push(reason) });
    await child.start();

    child.signal('SIGKILL');

    await eventually('the loss is reported', () => reasons.length > 0);
    expect(reasons[0]).toMatch(/The patient process ended \(SIGKILL\)/);
    expect(child.restartCount).toBe(0);
    await child.stop();
  });

  test('is not started again once it was asked to stop', async () => {
    const child = supervised(FOREVER);
    await child.start();
    child.signal('SIGKILL');
    await eventually('it is gone', () => child.pid === undefined);

    await child.stop();
    await new Promise((resolve) => setTimeout(resolve, 600));

    expect(child.pid).toBeUndefined();
  });
});

describe('the Kinesis proxy', () => {
  let proxy: FaultProxy;
  const server = createServer((request, response) => {
    response.writeHead(200, { 'x-from': request.headers['x-amz-target'] ?? '' });
    request.pipe(response);
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    proxy = await startFaultProxy(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
  });
  afterAll(async () => {
    await proxy.stop();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const ask = async () =>
    fetch(proxy.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'Kinesis_20131202.GetRecords' },
      body: 'body',
      signal: AbortSignal.timeout(500),
    });

  test('passes on what comes, and what goes back', async () => {
    const answer = await ask();

    expect([answer.status, answer.headers.get('x-from'), await answer.text()]).toEqual([
      200,
      'Kinesis_20131202.GetRecords',
      'body',
    ]);
  });

  test.each([
    ['throttle', 400, 'ProvisionedThroughputExceededException'],
    ['serverError', 500, 'InternalFailure'],
    ['unavailable', 503, 'ServiceUnavailable'],
  ] as const)('answers %s as Kinesis does, until it is healed', async (fault, status, type) => {
    proxy.breakWith(fault);
    const answer = await ask();
    proxy.heal();

    expect([answer.status, await answer.json()]).toEqual([status, expect.objectContaining({ __type: type })]);
    expect((await ask()).status).toBe(200);
  });

  test.each<KinesisFault>(['hang', 'disconnect'])('can %s', async (fault) => {
    const before = proxy.faultCount;
    proxy.breakWith(fault);
    await expect(ask()).rejects.toThrow();
    proxy.heal();

    expect(proxy.faultCount).toBeGreaterThan(before);
    expect((await ask()).status).toBe(200);
  });
});

describe('the command that is run against a stack', () => {
  test.each([
    ['exit 3', 3],
    ['kill -TERM $$', 143],
    ['no-such-command-anywhere 2>/dev/null', 127],
  ])('%s ends with %i', async (command, exitCode) => {
    expect(await runCommand(command).exitCode).toBe(exitCode);
  });

  test('is ended with all that it started', async () => {
    const file = join(directory, 'grandchild.pid');
    writeFileSync(file, '');
    const running = runCommand(`sleep 60 & echo $! > '${file}'; wait`);
    await eventually('it started', () => readFileSync(file, 'utf8').trim() !== '');
    const grandchild = Number(readFileSync(file, 'utf8'));

    running.end();
    await running.exitCode;

    await eventually('its child is gone', () => !isRunning(grandchild));
  });
});

describe('the teardown', () => {
  test('undoes in reverse order, goes on after a failure, and reports it', async () => {
    const order: string[] = [];
    const teardown = new Teardown();
    for (const name of ['first', 'second', 'third']) {
      teardown.add(name, async () => {
        order.push(name);
        if (name === 'second') throw new Error('stuck');
      });
    }

    await expect(teardown.run()).rejects.toThrow(AggregateError);
    expect(order).toEqual(['third', 'second', 'first']);
    await expect(teardown.run()).resolves.toBeUndefined();
  });

  test('has nothing under way any more when something failed to start', async () => {
    let isStarted = false;
    const slow = new Promise<void>((resolve) => setTimeout(resolve, 50)).then(() => {
      isStarted = true;
    });

    await expect(allSettledOrThrow([Promise.reject(new Error('no')), slow])).rejects.toThrow('no');
    expect(isStarted).toBe(true);
  });
});
