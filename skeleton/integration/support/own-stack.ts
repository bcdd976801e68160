import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PipelineOutputs, readOutputs } from './outputs';

const ROOT = resolve(__dirname, '..', '..');
const PATIENCE_MS = 60_000;
const POLL_MS = 100;

/** A local stack of a test's own, beside the one that the suite tests: for settings that the pipeline under test does not have. */
export class OwnStack {
  /**
   * As `npm run local` does it.
   *
   * @param tenant settings as in `tenant.json`.
   * @throws where it does not come up, with what it said.
   */
  static async start(tenant: object): Promise<OwnStack> {
    const folder = mkdtempSync(join(tmpdir(), 'pipeline-own-stack-'));
    const tenantFile = join(folder, 'tenant.json');
    const outputsFile = join(folder, 'cfn-outputs', 'flat-outputs.json');
    writeFileSync(tenantFile, JSON.stringify(tenant));
    const program = spawn(
      process.execPath,
      ['--import', 'tsx', join(ROOT, 'local', 'main.ts'), '--tenant', tenantFile, '--directory', folder],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let said = '';
    for (const stream of [program.stdout, program.stderr]) {
      stream.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    }
    const ended = new Promise<void>((done) => program.once('close', () => done()));
    const stop = async (): Promise<void> => {
      program.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    };
    const deadline = Date.now() + PATIENCE_MS;
    while (!existsSync(outputsFile)) {
      if (program.exitCode !== null || Date.now() > deadline) {
        await stop();
        throw new Error(`A local stack did not come up: ${said}`);
      }
      await sleep(POLL_MS);
    }
    return new OwnStack(readOutputs(outputsFile), stop);
  }

  private constructor(
    readonly outputs: PipelineOutputs,
    /** Stops it, and removes all that it had. */
    readonly stop: () => Promise<void>,
  ) {}
}
