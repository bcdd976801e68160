/** `npm run local`: see `arguments.ts` for what it can be asked. */
import './quiet-sdk';
import { join, resolve } from 'node:path';
import { HELP, type LocalCommand, parseArguments } from './arguments';
import { claim } from './claim';
import { runDemo } from './demo/run';
import type { OpenDemo } from './demo/workload-demo';
import { LocalStackError } from './errors';
import { runCommand } from './run-command';
import { LocalStack } from './stack';
import { listenForStop, type StopSignal } from './stop-signal';
import { introduceApi, summary } from './summary';
import { readTenant, tenantPath } from './tenant-file';
import { loadLocalWorkload, loadModule } from './workload';
import { TenantSettingsError } from '../src/tenant';

const ROOT = resolve(__dirname, '..');

type RunningCommandLine = Exclude<LocalCommand, { mode: 'help' }>;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const command = parseArguments(process.argv.slice(2));
  if (command.mode === 'help') {
    say(HELP);
    return 0;
  }
  const stop = listenForStop();
  try {
    return await runStack(command, stop);
  } finally {
    stop.dismiss();
  }
}

async function runStack(command: RunningCommandLine, stop: StopSignal): Promise<number> {
  const directory = resolve(command.directory ?? ROOT);
  const outputsFile = join(directory, 'cfn-outputs', 'flat-outputs.json');
  const logDirectory = join(directory, '.local', 'logs');
  const giveBack = claim(join(directory, '.local', 'stack.pid'));
  try {
    return await runClaimed({ command, stop, outputsFile, logDirectory });
  } finally {
    giveBack();
  }
}

interface ClaimedRun {
  readonly command: RunningCommandLine;
  readonly stop: StopSignal;
  readonly outputsFile: string;
  readonly logDirectory: string;
}

async function runClaimed({ command, stop, outputsFile, logDirectory }: ClaimedRun): Promise<number> {
  const tenantFile = tenantPath(command.tenantFile);
  const tenant = readTenant(tenantFile);
  say('Starting the pipeline and what it needs …');
  let lost: string | undefined;
  const startedAtMs = Date.now();
  const stack = await LocalStack.start({
    tenant,
    tenantFile,
    outputsFile,
    logDirectory,
    apiPort: command.apiPort,
    onLost: (reason) => {
      lost = reason;
      stop.ask('service lost');
    },
  });
  let exitCode = 0;
  try {
    if (!stop.isAsked) {
      const { introduce = introduceApi } = await loadLocalWorkload(tenant.workload);
      say(
        summary({
          outputs: stack.outputs,
          introduction: introduce(stack.outputs),
          postgres: `${stack.postgres.host}:${stack.postgres.port}`,
          outputsFile,
          logDirectory,
          startedInMs: Date.now() - startedAtMs,
        }),
      );
      exitCode = await work({ command, workload: tenant.workload, stack, stop });
    }
  } finally {
    say('Stopping …');
    await stack.stop();
  }
  if (lost === undefined) return exitCode;
  throw new LocalStackError(lost);
}

interface Work {
  readonly command: RunningCommandLine;
  readonly workload: string;
  readonly stack: LocalStack;
  readonly stop: StopSignal;
}

/** What is done while the stack runs, until it is to stop. Answers the exit code. */
async function work({ command, workload, stack, stop }: Work): Promise<number> {
  if (command.mode === 'exec') {
    const running = runCommand(command.command);
    const ended = await Promise.race([running.exitCode, stop.asked]);
    if (typeof ended === 'number') return ended;
    running.end();
    return running.exitCode;
  }
  const { durationSeconds } = command;
  const timer =
    durationSeconds === undefined ? undefined : setTimeout(() => stop.ask('time is up'), durationSeconds * 1_000);
  try {
    if (command.mode === 'demo') {
      const { openDemo } = (await loadModule(workload, 'demo')) as { openDemo: OpenDemo };
      await runDemo({ openDemo, stack, stop, patients: command.patients, seed: command.seed, say });
    } else {
      await stop.asked;
    }
  } finally {
    clearTimeout(timer);
  }
  return 0;
}

function explain(error: unknown): string {
  if (error instanceof LocalStackError || error instanceof TenantSettingsError) return error.message;
  if (error instanceof AggregateError) return [error.message, ...error.errors.map(explain)].join('\n');
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main().then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  },
);
