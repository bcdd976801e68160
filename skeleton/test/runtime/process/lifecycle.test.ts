import { EventEmitter } from 'node:events';
import { isHealthy, serveHealth } from '../../../src/runtime/process/health';
import { runUntilSignalled } from '../../../src/runtime/process/lifecycle';
import { StartError, startStep } from '../../../src/runtime/process/start';

/** A process that notes with which code it would have ended. */
class HostDouble extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

function logDouble() {
  const events: string[] = [];
  return { events, log: { event: (event: string) => void events.push(event) } };
}

describe('runUntilSignalled', () => {
  test.each(['SIGTERM', 'SIGINT'])('tells the work of %s and exits with 0 when it has ended', async (signal) => {
    const host = new HostDouble();
    const { log, events } = logDouble();
    const done = runUntilSignalled(
      log,
      async (stopping) => new Promise((resolve) => stopping.addEventListener('abort', () => resolve())),
      { host },
    );
    host.emit(signal);
    await done;

    expect(host.exits).toEqual([0]);
    expect(events).toEqual(['process.stopping', 'process.stopped']);
  });

  test('exits with 1 when the work does not end in time', async () => {
    const host = new HostDouble();
    const { log } = logDouble();
    void runUntilSignalled(log, async () => new Promise(() => undefined), { host, stopDeadlineMs: 20 });
    host.emit('SIGTERM');
    host.emit('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 60));

    expect(host.exits).toEqual([1]);
  });

  test('exits with 1 when the work fails', async () => {
    const host = new HostDouble();
    const { log, events } = logDouble();
    await runUntilSignalled(log, async () => Promise.reject(new Error('x')), { host });
    await runUntilSignalled(log, async () => Promise.reject(new StartError('migration', new Error('x'))), { host });

    expect(host.exits).toEqual([1, 1]);
    expect(events).toEqual(['process.crashed', 'process.start_failed']);
  });
});

describe('startStep', () => {
  const signal = new AbortController().signal;

  test('tries again while the cause may pass', async () => {
    const { log, events } = logDouble();
    const failures = [
      Object.assign(new Error('x'), { code: '57P03' }),
      Object.assign(new Error('x'), { $metadata: { httpStatusCode: 503 } }),
    ];
    const result = await startStep({ phase: 'migrate', log, signal }, async () => {
      const failure = failures.shift();
      if (failure) throw failure;
      return 'done';
    });

    expect(result).toBe('done');
    expect(events).toEqual(['process.start_delayed', 'process.start_delayed']);
  });

  test('fails at once when the cause does not pass, and in the end when it does not pass in time', async () => {
    const { log, events } = logDouble();
    const failWith = (code: string) => async (): Promise<never> =>
      Promise.reject(Object.assign(new Error('x'), { code }));

    await expect(startStep({ phase: 'migrate', log, signal }, failWith('42501'))).rejects.toMatchObject({
      phase: 'migrate',
      cause: { code: '42501' },
    });
    expect(events).toEqual([]);
    await expect(
      startStep({ phase: 'migrate', log, signal, patienceMs: 300 }, failWith('ECONNREFUSED')),
    ).rejects.toThrow(StartError);
  });

  test('ends without a result when it is told to stop', async () => {
    const { log } = logDouble();
    await expect(
      startStep({ phase: 'migrate', log, signal: AbortSignal.timeout(50) }, async () =>
        Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })),
      ),
    ).resolves.toBeUndefined();
  });
});

describe('the health check', () => {
  test.each([
    ['starting', false],
    ['running', true],
    ['stuck', false],
    ['stopping', false],
  ] as const)('of a process that is %s passes: %s', async (status, healthy) => {
    const server = await serveHealth(0, () => ({ status, leasesCount: 2 }));
    const response = await fetch(`http://127.0.0.1:${server.port}/health`);

    expect(response.status).toBe(healthy ? 200 : 503);
    expect(await response.json()).toEqual({ status, leasesCount: 2 });
    expect(await isHealthy(server.port)).toBe(healthy);
    expect((await fetch(`http://127.0.0.1:${server.port}/metrics`)).status).toBe(404);
    await server.close();
    expect(await isHealthy(server.port)).toBe(false);
  });
});
