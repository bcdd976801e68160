import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { backgroundProgram, type ProgramTools } from './background-program';
import { type HostedWorkload, runProcessor } from './processor';
import type { ProcessorEnvironment, Variables } from '../environment';
import type { DatabasePool } from '../postgres/pool';

/** What a workload's processor is hosted with. */
export interface ProcessorTools<Environment> extends Omit<ProgramTools<Environment>, 'signal'> {
  readonly pool: DatabasePool;
}

export interface ProcessorProgram<Environment extends ProcessorEnvironment, Event> {
  /** Folder of the running script, beside which the migrations are. */
  readonly directory: string;
  /** @throws EnvironmentError */
  readonly parseEnvironment: (variables: Variables) => Environment;
  readonly host: (tools: ProcessorTools<Environment>) => HostedWorkload<Event>;
}

/** A processor's whole program: see `backgroundProgram`. */
export function processorProgram<Environment extends ProcessorEnvironment, Event>({
  directory,
  parseEnvironment,
  host,
}: ProcessorProgram<Environment, Event>): void {
  backgroundProgram({
    service: 'processor',
    parseEnvironment,
    run: async ({ environment, log, metrics, signal }) =>
      runProcessor({
        environment,
        migrationsDirectory: join(directory, 'migrations'),
        host: (pool) => host({ environment, pool, log, metrics }),
        log,
        metrics,
        workerId: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
        signal,
      }),
  });
}
