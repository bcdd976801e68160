import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshEnvironment, run } from './command';
import { processesOf } from './processes';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'command-test-')));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const options = (patienceMs = 20_000) => ({ directory: folder, patienceMs, logFile: join(folder, 'logs/all.log') });
const node = (script: string): [string, ...string[]] => [process.execPath, '-e', script];

it('answers what a command wrote, and keeps it in the log', async () => {
  expect(await run(node('console.log("stored 3 events")'), options())).toBe('stored 3 events\n');
  expect(await readFile(options().logFile, 'utf8')).toBe('stored 3 events\n');
});

it('tells how a command failed and what it said last', async () => {
  const failing = run(node('console.error("no such stream"); process.exitCode = 3'), options());
  await expect(failing).rejects.toThrow(/exit code 3:\nno such stream/);
});

it("tells jest's failures, each with why, however much is written after them", async () => {
  const written = [
    'PASS a.test.ts',
    'FAIL b.test.ts',
    '  ● an erasure › leaves nothing',
    '',
    '    It never came to be; last seen: 3',
    'PASS c.test.ts',
    'x'.repeat(7_000),
  ].join('\n');
  const failing = run(node(`console.log(${JSON.stringify(written)}); process.exitCode = 1`), options());
  const expected = 'exit code 1:\nFAIL b.test.ts\n  ● an erasure › leaves nothing\n\n    It never came to be; last seen: 3\nxxx';
  await expect(failing).rejects.toThrow(expected);
});

it('tells when a program is not there', async () => {
  await expect(run(['no-such-program-here'], options())).rejects.toThrow(/ENOENT/);
});

it('ends a command that takes too long together with its children', async () => {
  const parent = node(`
    require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', ${JSON.stringify(folder)}]);
    setInterval(() => {}, 1000);
  `);
  await expect(run(parent, options(1_500))).rejects.toThrow('took longer than 1.5 s');
  expect(await processesOf(folder)).toEqual([]);
});

it("does not hand npm's and jest's settings to the tenant's repository", () => {
  process.env.npm_config_legacy_peer_deps = 'true';
  try {
    const names = Object.keys(freshEnvironment());
    expect(names).not.toContain('npm_config_legacy_peer_deps');
    expect(names).not.toContain('JEST_WORKER_ID');
    expect(names).toContain('PATH');
  } finally {
    delete process.env.npm_config_legacy_peer_deps;
  }
});
