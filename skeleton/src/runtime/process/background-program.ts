import { isHealthy } from './health';
import { runUntilSignalled } from './lifecycle';
import { EnvironmentError, type Variables } from '../environment';
import { logCrashes } from '../log/crash';
import { createLog, type Log } from '../log/log';
import { Metrics } from '../metrics/metrics';

const DEFAULT_HEALTH_PORT = 8080;

/** What a program runs with. */
export interface ProgramTools<Environment> {
  readonly environment: Environment;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Aborted to stop it in order. */
  readonly signal: AbortSignal;
}

export interface BackgroundProgram<Environment extends { readonly environmentSuffix: string }> {
  /** Which process speaks in the log, such as `processor`. */
  readonly service: string;
  /** @throws EnvironmentError */
  readonly parseEnvironment: (variables: Variables) => Environment;
  readonly run: (tools: ProgramTools<Environment>) => Promise<void>;
  /** Time that it has to end in order once it was asked to. Default: that of `runUntilSignalled`. */
  readonly stopDeadlineMs?: number;
}

/**
 * The whole program of a process that nobody sends requests to. `node index.mjs` runs it until SIGTERM or SIGINT; `node index.mjs
 * --health` asks the running one for its health, on the port `HEALTH_PORT`. Exits with 0 or 1.
 */
export function backgroundProgram<Environment extends { readonly environmentSuffix: string }>(
  program: BackgroundProgram<Environment>,
): void {
  if (process.argv.includes('--health')) void checkHealth();
  else void run(program);
}

async function checkHealth(): Promise<void> {
  const healthy = await isHealthy(Number(process.env.HEALTH_PORT ?? DEFAULT_HEALTH_PORT));
  process.exit(healthy ? 0 : 1);
}

async function run<Environment extends { readonly environmentSuffix: string }>({
  service,
  parseEnvironment,
  run: work,
  stopDeadlineMs,
}: BackgroundProgram<Environment>): Promise<void> {
  const environment = readEnvironment(parseEnvironment);
  const log = createLog({ service, environment: environment.environmentSuffix });
  logCrashes(log);
  const metrics = new Metrics(environment.environmentSuffix);
  await runUntilSignalled(
    log,
    async (signal) => work({ environment, log, metrics, signal }),
    stopDeadlineMs === undefined ? {} : { stopDeadlineMs },
  );
}

/** A wrong environment is told to the person who wrote it. It names variables, and no value. */
export function readEnvironment<Environment>(parse: (variables: Variables) => Environment): Environment {
  try {
    return parse(process.env);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(1);
  }
}
