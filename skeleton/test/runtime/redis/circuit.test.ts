import { Circuit } from '../../../src/runtime/redis/circuit';

describe('the circuit', () => {
  let now = 0;
  const circuit = () => new Circuit({ pauseFirstMs: 1_000, pauseMostMs: 10_000, now: () => now });
  beforeEach(() => {
    now = 0;
  });

  test('lets everybody pass while nothing fails', () => {
    const open = circuit();

    expect([open.enter(), open.enter()]).toEqual(['usual', 'usual']);
    expect(open.succeeded('usual')).toBeUndefined();
    expect(open.enter()).toBe('usual');
  });

  test('lets nobody pass for a pause behind a failure, then one, and all again when that one succeeds', () => {
    const broken = circuit();
    const pause = broken.failed('usual');
    expect(pause?.attempt).toBe(1);
    now = (pause?.retryInMs ?? 0) - 1;
    expect(broken.enter()).toBeUndefined();
    now += 1;
    expect([broken.enter(), broken.enter()]).toEqual(['trial', undefined]);
    now = 5_000;
    expect(broken.succeeded('trial')).toBe(5_000);
    expect([broken.enter(), broken.enter()]).toEqual(['usual', 'usual']);
  });

  test('pauses longer with each trial that fails, up to the most', () => {
    const broken = circuit();
    const pauses = [broken.failed('usual')?.retryInMs ?? 0];
    for (let trial = 0; trial < 8; trial += 1) {
      now += pauses.at(-1) ?? 0;
      expect(broken.enter()).toBe('trial');
      pauses.push(broken.failed('trial')?.retryInMs ?? 0);
    }

    expect(pauses[0]).toBeLessThanOrEqual(1_000);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(5_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(10_000);
  });

  test('takes many failures at once for one', () => {
    const broken = circuit();
    const first = broken.failed('usual');

    expect(broken.failed('usual')).toBeUndefined();
    now = first?.retryInMs ?? 0;
    expect(broken.enter()).toBe('trial');
  });

  test('is not closed by one who came before the failure and succeeds after it', () => {
    const broken = circuit();
    const [slow] = [broken.enter()];
    broken.failed('usual');
    expect(broken.succeeded(slow ?? 'usual')).toBeUndefined();

    expect(broken.enter()).toBeUndefined();
  });
});
