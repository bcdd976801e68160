/** `npm run local`: see `arguments.ts` for what it can be asked. */
import './quiet-sdk';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseTenantSettings, type TenantSettings, TenantSettingsError } from '../src/tenant';
import { HELP, type LocalCommand, parseArguments } from './arguments';
import { runDemo } from './demo';
import { LocalStackError } from './errors';
import { runCommand } from './run-command';
import { LocalStack } from './stack';
import { listenForStop, type StopSignal } from './stop-signal';

const ROOT = resolve(__dirname, '..');
const OUTPUTS_FILE = join(ROOT, 'cfn-outputs', 'flat-outputs.json');
const LOG_DIRECTORY = join(ROOT, '.local', 'logs');

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
  say('Starting PostgreSQL, Kinesis, Secrets Manager, two processors and the API …');
  let lost: string | undefined;
  const startedAtMs = Date.now();
  const stack = await LocalStack.start({
    tenant: readTenant(),
    outputsFile: OUTPUTS_FILE,
    logDirectory: LOG_DIRECTORY,
    apiPort: command.apiPort,
    onLost: (reason) => {
      lost = reason;
      stop.ask('service lost');
    },
  });
  let exitCode = 0;
  try {
    if (!stop.isAsked) {
      say(summary(stack, Date.now() - startedAtMs));
      exitCode = await work(command, stack, stop);
    }
  } finally {
    say('Stopping …');
    await stack.stop();
  }
  if (lost === undefined) return exitCode;
  throw new LocalStackError(lost);
}

/** What is done while the stack runs, until it is to stop. Answers the exit code. */
async function work(command: RunningCommandLine, stack: LocalStack, stop: StopSignal): Promise<number> {
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
    if (command.mode === 'demo') await runDemo({ stack, stop, patients: command.patients, seed: command.seed, say });
    else await stop.asked;
  } finally {
    clearTimeout(timer);
  }
  return 0;
}

function readTenant(): TenantSettings {
  const file = join(ROOT, 'tenant.json');
  if (!existsSync(file)) throw new LocalStackError(`There is no ${file}: run this in a pipeline's repository.`);
  return parseTenantSettings(JSON.parse(readFileSync(file, 'utf8')));
}

function summary({ outputs, postgres }: LocalStack, startedInMs: number): string {
  return `
The pipeline of ${outputs.TenantId} runs (started in ${(startedInMs / 1_000).toFixed(1)} s).

  API        ${outputs.ApiUrl}
  Kinesis    ${outputs.LocalKinesisEndpoint}  stream ${outputs.KinesisStreamName}
  PostgreSQL ${postgres.host}:${postgres.port}  database ${outputs.DatabaseName}
  Outputs    ${relative(process.cwd(), OUTPUTS_FILE)}
  Logs       ${relative(process.cwd(), LOG_DIRECTORY)}

Try next:
  curl ${outputs.ApiUrl}metadata
  npm run integration        in another terminal
  npm run local -- --demo    to watch a ward of 200 patients

Ctrl-C stops it.
`;
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
