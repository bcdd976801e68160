import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isHealthy } from './health';
import { runUntilSignalled } from './lifecycle';
import { type HostedWorkload, runProcessor } from './processor';
import { EnvironmentError, type ProcessorEnvironment, type Variables } from '../environment';
import { logCrashes } from '../log/crash';
import { createLog, type Log } from '../log/log';
import { Metrics } from '../metrics/metrics';
import type { DatabasePool } from '../postgres/pool';

const DEFAULT_HEALTH_PORT = 8080;

/** What a workload's processor is hosted with. */
export interface ProcessorTools<Environment> {
  readonly environment: Environment;
  readonly pool: DatabasePool;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface ProcessorProgram<Environment extends ProcessorEnvironment, Event> {
  /** Folder of the running script, beside which the migrations are. */
  readonly directory: string;
  /** @throws EnvironmentError */
  readonly parseEnvironment: (variables: Variables) => Environment;
  readonly host: (tools: ProcessorTools<Environment>) => HostedWorkload<Event>;
}

/**
 * A processor's whole program. `node index.mjs` runs it until SIGTERM or SIGINT; `node index.mjs --health` asks the running one
 * for its health. Exits with 0 or 1.
 */
export function processorProgram<Environment extends ProcessorEnvironment, Event>(
  program: ProcessorProgram<Environment, Event>,
): void {
  if (process.argv.includes('--health')) void checkHealth();
  else void run(program);
}

async function checkHealth(): Promise<void> {
  const healthy = await isHealthy(Number(process.env.HEALTH_PORT ?? DEFAULT_HEALTH_PORT));
  process.exit(healthy ? 0 : 1);
}

async function run<Environment extends ProcessorEnvironment, Event>({
  directory,
  parseEnvironment,
  host,
}: ProcessorProgram<Environment, Event>): Promise<void> {
  const environment = readEnvironment(parseEnvironment);
  const log = createLog({ service: 'processor', environment: environment.environmentSuffix });
  logCrashes(log);
  const metrics = new Metrics(environment.environmentSuffix);
  await runUntilSignalled(log, async (signal) =>
    runProcessor({
      environment,
      migrationsDirectory: join(directory, 'migrations'),
      host: (pool) => host({ environment, pool, log, metrics }),
      log,
      metrics,
      workerId: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
      signal,
    }),
  );
}

/** A wrong environment is told to the person who wrote it. It names variables, and no value. */
function readEnvironment<Environment>(parse: (variables: Variables) => Environment): Environment {
  try {
    return parse(process.env);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(1);
  }
}
