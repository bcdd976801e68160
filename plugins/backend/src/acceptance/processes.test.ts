import { spawn } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processesOf } from './processes';

it('finds a process that works in the folder, and no longer once it has ended', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'processes-test-')));
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', folder], { cwd: folder });
  try {
    await new Promise((resolve) => child.once('spawn', resolve));
    expect(await processesOf(folder)).toEqual([expect.stringContaining(String(child.pid))]);
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
  expect(await processesOf(folder)).toEqual([]);
});
