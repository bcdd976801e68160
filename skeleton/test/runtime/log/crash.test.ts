import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { logCrashes } from '../../../src/runtime/log/crash';

describe('a crash', () => {
  test.each([
    ['an exception that nobody catches', 'setTimeout(() => { throw new Error("Erika Mustermann"); });'],
    [
      'a rejection that nobody handles',
      'void Promise.reject(Object.assign(new Error("x"), { detail: "Erika Mustermann" }));',
    ],
  ])('by %s is logged without its message, and ends the process with 1', (_cause, statement) => {
    const directory = mkdtempSync(join(tmpdir(), 'pipeline-crash-'));
    const outfile = join(directory, 'crash.cjs');
    buildSync({
      stdin: {
        contents: `
          import { createLog } from './src/runtime/log/log';
          import { logCrashes } from './src/runtime/log/crash';
          logCrashes(createLog({ service: 'processor', environment: 'test' }));
          ${statement}`,
        resolveDir: join(__dirname, '..', '..', '..'),
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      outfile,
      logLevel: 'error',
    });

    const { status, stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' });
    rmSync(directory, { recursive: true });

    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ level: 'fatal', event: 'process.crashed', error: { name: 'Error' } });
    expect(stdout + stderr).not.toContain('Mustermann');
  });

  test('ends the process after it is logged', () => {
    const steps: string[] = [];
    const before = process.listeners('uncaughtException');
    logCrashes({ event: (event) => steps.push(event) }, (code) => steps.push(`exit ${code}`));
    const [crash] = process.listeners('uncaughtException').filter((listener) => !before.includes(listener));
    crash?.(new Error('x'), 'uncaughtException');
    process.removeAllListeners('unhandledRejection');
    if (crash) process.off('uncaughtException', crash);

    expect(steps).toEqual(['process.crashed', 'exit 1']);
  });
});
