import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

const SHOWN_ON_FAILURE_LENGTH = 6_000;
/** How jest marks suites and tests that failed, which may be far from the end of what it writes; of a test, why it did. */
const JEST_FAILURE = /^FAIL .*$|^ {2}● .*(?:\n(?! {2}● |FAIL |PASS ).*){0,14}/gm;
const SHOWN_FAILURES_MAX = 20;

export interface CommandOptions {
  readonly directory: string;
  readonly patienceMs: number;
  /** Gets everything that the command writes. */
  readonly logFile: string;
}

/**
 * Runs a command as a person would in a fresh terminal, and answers what it wrote.
 *
 * @throws Error with jest's failures in it and the end of what it wrote, when it fails or takes too long; then its whole process group is ended.
 */
export async function run(command: readonly [string, ...string[]], options: CommandOptions): Promise<string> {
  const [program, ...words] = command;
  await mkdir(dirname(options.logFile), { recursive: true });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  const child = spawn(program, words, {
    cwd: options.directory,
    env: freshEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  const listen = (chunk: Buffer) => {
    output += chunk.toString('utf8');
    log.write(chunk);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const patience = { isOver: false };
  const timer = setTimeout(() => {
    patience.isOver = true;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, options.patienceMs);
  const end = await new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('close', (code, signal) => {
      resolve(signal ?? `exit code ${String(code)}`);
    });
  });
  clearTimeout(timer);
  log.end();
  if (end === 'exit code 0') return output;
  const how = patience.isOver ? `took longer than ${options.patienceMs / 1_000} s` : `ended with ${end}`;
  const failures = [...new Set(output.match(JEST_FAILURE))].slice(0, SHOWN_FAILURES_MAX);
  throw new Error([`${command.join(' ')} ${how}:`, ...failures, output.slice(-SHOWN_ON_FAILURE_LENGTH)].join('\n'));
}

/**
 * This process's environment without what npm and jest put in it: the tenant's repository must not be installed and
 * built under the settings of ours.
 */
export function freshEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_/i.test(name) &&
      !['NODE_ENV', 'NODE_OPTIONS', 'NODE_PATH', 'JEST_WORKER_ID', 'INIT_CWD', 'PORT'].includes(name),
  );
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes(join('node_modules', '.bin')) && !folder.includes('node-gyp-bin'))
    .join(delimiter);
  return { ...Object.fromEntries(inherited), PATH: path };
}
