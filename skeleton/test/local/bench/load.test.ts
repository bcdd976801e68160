import { drain } from '../../../bench/load/drain';
import { ProcessKiller } from '../../../bench/load/process-killer';

test('the killer takes programs in turns, and waits for one that is not running', () => {
  const killed: string[] = [];
  const victim = (name: string) => ({ pid: 1 as number | undefined, signal: () => void killed.push(name) });
  const [one, other] = [victim('one'), victim('other')];
  const killer = new ProcessKiller([one, other], () => 20_000, 0);

  for (const atMs of [0, 19_999, 20_000, 20_100, 39_999]) killer.killIfDue(atMs);
  expect(killed).toEqual(['one']);
  other.pid = undefined;
  killer.killIfDue(40_000);
  other.pid = 2;
  killer.killIfDue(43_000);
  killer.killIfDue(60_000);

  expect(killed).toEqual(['one', 'other', 'one']);
  expect(killer.killsCount).toBe(3);
});

describe('a run that has sent everything', () => {
  const going = { isAsked: false, asked: new Promise<never>(() => undefined) };
  const counts = (...numbers: number[]) => {
    const left = [...numbers];
    return { left, leftCount: async () => (left.length > 1 ? left.shift() : left[0]) ?? 0 };
  };

  test('waits as long as something is done, until nothing is left', async () => {
    const { left, leftCount } = counts(9, 9, 4, 4, 0);
    await drain({ stop: going, leftCount, standstillMs: 60_000, pollMs: 1 });

    expect(left).toEqual([0]);
  });

  test('waits no longer when nothing is done any more, or when it is asked to stop', async () => {
    await drain({ stop: going, leftCount: counts(9, 3).leftCount, standstillMs: 20, pollMs: 1 });
    const asked = { isAsked: true, asked: Promise.resolve('signal' as const) };
    const { left, leftCount } = counts(9, 3, 0);
    await drain({ stop: asked, leftCount, standstillMs: 60_000, pollMs: 1 });

    expect(left).toEqual([3, 0]);
  });
});
