import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { descendants, eventually, temporaryDirectory } from './support';
import { isRunning } from '../../local/launchers';

const ROOT = resolve(__dirname, '..', '..');

interface Run {
  readonly pid: number;
  readonly output: () => string;
  readonly outputsFile: string;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** `npm run local` without npm: the same program, in a folder of its own. */
function run(...words: string[]): Run {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(ROOT, 'local', 'main.ts'), '--directory', directory, ...words],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TMPDIR: temporary } },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  }
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolveEnd) =>
    child.once('close', (code, signal) => resolveEnd({ code, signal })),
  );
  return { pid: child.pid ?? 0, output: () => output, outputsFile, ended };
}

const directory = temporaryDirectory();
const temporary = join(directory, 'tmp');
const outputsFile = join(directory, 'cfn-outputs', 'flat-outputs.json');

/** Starts a stack and waits until it is up. Answers it with all processes that belong to it. */
async function started(...words: string[]): Promise<Run & { readonly pids: readonly number[] }> {
  const stack = run(...words);
  await eventually(`the stack is up: ${stack.output()}`, () => existsSync(outputsFile), 60_000);
  return { ...stack, pids: descendants(stack.pid) };
}

async function expectNothingLeft(pids: readonly number[]): Promise<void> {
  await eventually('every process of the stack is gone', () => !pids.some(isRunning));
  expect(existsSync(outputsFile)).toBe(false);
  await eventually('its data are gone', () => temporaryFolders().length === 0);
}

/** What all programs of the stack have logged: each workload has its own. */
function logs(): string {
  const folder = join(directory, '.local', 'logs');
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
}

/** What the stack made for its data; other programs leave things of their own there. */
function temporaryFolders(): string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('pipeline-'));
}

beforeAll(() => {
  mkdirSync(temporary);
  // As root, PostgreSQL runs as another user, who has to get there.
  for (const folder of [directory, temporary]) chmodSync(folder, 0o755);
});

describe('npm run local', () => {
  test('runs a command against the stack, stops, and ends with its exit code', async () => {
    const stack = run('--exec', `cat '${outputsFile}'; exit 7`);

    expect(await stack.ended).toEqual({ code: 7, signal: null });
    expect(stack.output()).toContain('"Target": "local"');
    await expectNothingLeft(descendants(stack.pid));
  }, 120_000);

  test('stops in order at SIGTERM, with exit code 0, and leaves nothing behind', async () => {
    const stack = await started();
    expect(temporaryFolders()).not.toEqual([]);
    // PostgreSQL, Kinesis, two processors, the API, and those that watch over them.
    expect(stack.pids.length).toBeGreaterThanOrEqual(7);

    process.kill(stack.pid, 'SIGTERM');

    expect(await stack.ended).toEqual({ code: 0, signal: null });
    await expectNothingLeft(stack.pids);
    expect(logs()).toContain('"event":"process.stopped"');
  }, 120_000);

  test('leaves nothing behind when it is killed without a word', async () => {
    const stack = await started();

    process.kill(stack.pid, 'SIGKILL');

    expect(await stack.ended).toEqual({ code: null, signal: 'SIGKILL' });
    await expectNothingLeft(stack.pids);
  }, 120_000);

  test('refuses a second stack in the same folder', async () => {
    const first = await started('--duration', '600');
    const second = run();

    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.output()).toContain(`A local stack runs here already (process ${first.pid})`);
    expect(existsSync(outputsFile)).toBe(true);
    process.kill(first.pid, 'SIGINT');
    expect(await first.ended).toEqual({ code: 0, signal: null });
  }, 120_000);

  test('does not write over the outputs of a deployment', async () => {
    mkdirSync(join(directory, 'cfn-outputs'), { recursive: true });
    writeFileSync(outputsFile, '{"Target":"aws"}');
    const stack = run();

    expect(await stack.ended).toEqual({ code: 1, signal: null });
    expect(stack.output()).toContain('holds the outputs of a deployment (Target "aws"). Move it away first');
    expect(readFileSync(outputsFile, 'utf8')).toBe('{"Target":"aws"}');
    writeFileSync(outputsFile, '{"Target":"local"}');
  }, 60_000);

  test('says that the port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolveListen) => server.listen(0, '127.0.0.1', resolveListen));
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const stack = run('--api-port', String(port));

    expect(await stack.ended).toEqual({ code: 1, signal: null });
    expect(stack.output()).toContain(`Port ${port} is taken by another program`);
    await new Promise<void>((resolveClose) => server.close(() => resolveClose()));
  }, 60_000);

  test('explains a wrong flag without starting anything', async () => {
    const stack = run('--dmeo');

    expect(await stack.ended).toEqual({ code: 1, signal: null });
    expect(stack.output()).toContain('--dmeo is not known. The flags are --demo');
  }, 60_000);
});
