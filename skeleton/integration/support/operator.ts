import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readOutputs } from './outputs';

const ROOT = resolve(__dirname, '..', '..');

export interface OperatorRun {
  readonly exitCode: number | null;
  readonly output: string;
}

/** The operator's commands beside the local stack, with a folder for what they write. */
export class Operator {
  readonly folder = mkdtempSync(join(tmpdir(), 'pipeline-operator-'));

  path(name: string): string {
    return join(this.folder, name);
  }

  /** As `npm run operate` does it. */
  async run(...words: string[]): Promise<OperatorRun> {
    const program = spawn(
      process.execPath,
      ['--import', 'tsx', join(ROOT, 'local', 'operate.ts'), ...words, '--operator', 'integration suite'],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, INIT_CWD: this.folder } },
    );
    let output = '';
    for (const stream of [program.stdout, program.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    }
    return new Promise((done, reject) => {
      program.once('error', reject);
      program.once('close', (exitCode) => done({ exitCode, output }));
    });
  }

  /** Resources of an export. */
  exported(name: string): Array<{ readonly resourceType: string }> {
    const lines = readFileSync(this.path(name), 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as { resourceType: string });
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * A group of tests of the operator's commands. They run beside the local stack; in AWS they would be tasks with the rights to
 * erase data, which the suite is not given, so there they are reported as skipped.
 */
export function describeOperator(name: string, define: () => void): void {
  const { Target: target } = readOutputs();
  if (target === 'local') describe(name, define);
  else describe.skip(`${name} [skipped: the suite may not start the operator's task in AWS]`, define);
}
