import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryKeeper } from '../../../src/workloads/imaging/memory-keeper';

const MEGABYTE = 1e6;
let residentBytes: number;
let nowMs: number;

beforeEach(() => {
  residentBytes = 180 * MEGABYTE;
  nowMs = 10_000;
  jest.spyOn(process.memoryUsage, 'rss').mockImplementation(() => residentBytes);
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
});
afterEach(() => jest.restoreAllMocks());

/** Whether something that nobody refers to is gone after the keeper was asked to keep memory small. */
async function collects(keeper: MemoryKeeper): Promise<boolean> {
  const garbage = new WeakRef({ size: 1 });
  // What a reference was made to is kept until the end of the turn (ECMA-262, "WeakRef objects").
  await sleep(0);
  await keeper.keep();
  await sleep(0);
  return garbage.deref() === undefined;
}

test('gives memory back between scans when the process has grown', async () => {
  expect(await collects(new MemoryKeeper())).toBe(true);
});

test('costs nothing as long as the process is small', async () => {
  residentBytes = 140 * MEGABYTE;

  expect(await collects(new MemoryKeeper())).toBe(false);
});

test('does so once a second at most, however fast the process grows', async () => {
  const keeper = new MemoryKeeper();
  expect(await collects(keeper)).toBe(true);
  residentBytes += 20 * MEGABYTE;
  nowMs += 999;
  expect(await collects(keeper)).toBe(false);
  nowMs += 1;
  expect(await collects(keeper)).toBe(true);
});

test('does not do so in vain, where what lives is large and does not grow', async () => {
  const keeper = new MemoryKeeper();
  expect(await collects(keeper)).toBe(true);
  nowMs += 1_000;
  residentBytes += 5 * MEGABYTE;
  expect(await collects(keeper)).toBe(false);
  nowMs += 1_000;
  residentBytes += 5 * MEGABYTE;
  expect(await collects(keeper)).toBe(true);
});
