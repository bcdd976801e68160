import { Backoff, pause } from '../../src/runtime/backoff';

describe('Backoff', () => {
  test('doubles its waits up to the most, at random within the upper half', () => {
    const backoff = new Backoff(100, 1_000);
    const ceilings = [100, 200, 400, 800, 1_000, 1_000];

    for (const ceiling of ceilings) {
      const waitMs = backoff.next();
      expect(waitMs).toBeGreaterThanOrEqual(ceiling / 2);
      expect(waitMs).toBeLessThanOrEqual(ceiling);
    }
    expect(backoff.attempt).toBe(ceilings.length);
  });

  test('begins anew after a success', () => {
    const backoff = new Backoff(100, 1_000);
    for (let count = 0; count < 5; count += 1) backoff.next();
    backoff.succeeded();

    expect(backoff.next()).toBeLessThanOrEqual(100);
  });
});

describe('pause', () => {
  test('ends early when the signal comes, and says so', async () => {
    const signal = AbortSignal.timeout(20);
    await expect(pause(10_000, signal)).resolves.toBe(false);
    await expect(pause(10_000, signal)).resolves.toBe(false);
    await expect(pause(1)).resolves.toBe(true);
  });
});
