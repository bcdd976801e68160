import { join } from 'node:path';
import type { ChildGuard } from './child-guard';
import { freePort } from './free-port';
import { answersOk } from './health';
import type { LocalOutputs } from './outputs';
import { SupervisedProcess } from './supervised-process';
import { allSettledOrThrow, type Teardown } from './teardown';
import { type Bundle, bundle } from '../src/foundation/bundle';
import { quarantineRetentionDays } from '../src/foundation/quarantine-retention';
import type { TenantSettings } from '../src/tenant';

/** What a workload's programs are started with. */
export interface ProgramTools {
  readonly tenant: TenantSettings;
  /** Port at which the pipeline is asked. */
  readonly apiPort: number;
  /** Processors, or workers. */
  readonly processors: number;
  /** What every program has in its environment. */
  readonly common: Readonly<Record<string, string>>;
  /** What processors or workers have beside, such as a shorter lease. */
  readonly processorEnvironment: Readonly<Record<string, string>>;
  readonly restartPauseMaxMs: number | undefined;
  /** Folder of the processes' logs. */
  readonly logDirectory: string;
  readonly guard: ChildGuard;
  /** Gets what is to be stopped in the end. */
  readonly teardown: Teardown;
}

/** The programs of a pipeline, running. */
export interface LocalPrograms {
  /** What takes up what came, and stores it. */
  readonly processors: readonly SupervisedProcess[];
  /** What answers queries. */
  readonly api: SupervisedProcess;
  /** Outputs beside those of every stack, or in their place. Default: none. */
  readonly outputs?: Partial<LocalOutputs>;
}

/** A program that is bundled and run until the stack stops. */
export interface LocalProgram {
  /** For people: `Processor 1`. */
  readonly name: string;
  readonly bundle: Bundle;
  readonly logFile: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly isHealthy: () => Promise<boolean>;
}

/** Bundles a program; it is not started yet. */
export function programOf(
  { common, guard, logDirectory, restartPauseMaxMs }: ProgramTools,
  program: LocalProgram,
): SupervisedProcess {
  return new SupervisedProcess({
    name: program.name,
    nodeArguments: [join(bundle(program.bundle), 'index.mjs')],
    environment: { ...common, ...program.environment },
    logFile: join(logDirectory, program.logFile),
    guard,
    isHealthy: program.isHealthy,
    afterCrash: 'restart',
    ...(restartPauseMaxMs !== undefined && { restartPauseMaxMs }),
  });
}

/** Several of a kind, which are told their health ports. Stopped by the teardown. */
export async function startMany(
  tools: ProgramTools,
  many: { readonly names: string; readonly program: (number: number) => Omit<LocalProgram, 'isHealthy'> },
): Promise<SupervisedProcess[]> {
  const processes: SupervisedProcess[] = [];
  for (let number = 1; number <= tools.processors; number += 1) {
    const healthPort = await freePort();
    const program = many.program(number);
    processes.push(
      programOf(tools, {
        ...program,
        environment: { HEALTH_PORT: String(healthPort), ...program.environment, ...tools.processorEnvironment },
        isHealthy: async () => answersOk(`http://127.0.0.1:${healthPort}/health`),
      }),
    );
  }
  tools.teardown.add(many.names, async () => {
    await Promise.all(processes.map(async (process) => process.stop()));
  });
  await allSettledOrThrow(processes.map(async (process) => process.start()));
  return processes;
}

/** Processors that share the stream, and the API: the programs of a workload that says nothing else. */
export async function startProcessorsAndApi(tools: ProgramTools): Promise<LocalPrograms> {
  const { tenant, apiPort, teardown } = tools;
  const { workload } = tenant;
  const processors = await startMany(tools, {
    names: 'The processors',
    program: (number) => ({
      name: `Processor ${number}`,
      bundle: {
        name: `${workload}-processor`,
        entry: `src/workloads/${workload}/processor.ts`,
        migrationFolders: ['src/runtime/migrations', `src/workloads/${workload}/migrations`],
      },
      logFile: `processor-${number}.log`,
      environment: { QUARANTINE_RETENTION_DAYS: String(quarantineRetentionDays(tenant)) },
    }),
  });
  const api = programOf(tools, {
    name: 'The API',
    bundle: { name: `${workload}-api-local`, entry: `src/workloads/${workload}/api/server.ts` },
    logFile: 'api.log',
    environment: { API_PORT: String(apiPort) },
    isHealthy: async () => answersOk(`http://127.0.0.1:${apiPort}/health`),
  });
  teardown.add('The API', async () => api.stop());
  await api.start();
  return { processors, api };
}
