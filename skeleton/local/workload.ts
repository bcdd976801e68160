import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LocalStackError } from './errors';
import type { LocalOutputs } from './outputs';
import type { LocalPrograms, ProgramTools } from './programs';
import type { Introduction } from './summary';
import type { TenantSettings } from '../src/tenant';

/** What the local stack has to know of a workload: `localWorkload` of `local/workloads/<workload>/local-workload.ts`. */
export interface LocalWorkload {
  /** What people are told when it runs. Default: where the API is, and a question to it. */
  readonly introduce?: (outputs: LocalOutputs) => Introduction;
  /** What the workload's programs are told beside what all are: settings of the tenant, by the names of variables. */
  environment(tenant: TenantSettings): Readonly<Record<string, string>>;
  /** What the operator's program is told besides, to find what a running stack has. Default: nothing. */
  operatorEnvironment?(tenant: TenantSettings, outputs: Partial<LocalOutputs>): Readonly<Record<string, string>>;
  /**
   * Starts the cache that a deployment with the same settings has. Default: it has none.
   *
   * @returns `undefined` where these settings have none.
   * @throws LocalStackError when it does not come up.
   */
  startCache?(tenant: TenantSettings): Promise<LocalCache | undefined>;
  /**
   * Starts the workload's programs with what they alone need. Default: processors and the API.
   *
   * @throws LocalStackError when one does not come up.
   */
  startPrograms?(tools: ProgramTools): Promise<LocalPrograms>;
}

/** A cache, or a queue, on this machine. */
export interface LocalCache {
  /** Variables by which programs find it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly outputs: Partial<LocalOutputs>;
  readonly secret: { readonly arn: string; readonly value: string };
  /** Present where it was started here. */
  readonly started: Interruptible | undefined;
  stop(): Promise<void>;
}

/** A service that can be made to fail, for tests of what follows. */
export interface Interruptible {
  /** Lets it hang: connections stay open, nothing is answered. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, empty. */
  restart(): Promise<void>;
}

/** @throws LocalStackError where this repository does not carry the workload. */
export async function loadLocalWorkload(workload: string): Promise<LocalWorkload> {
  const { localWorkload } = (await loadModule(workload, 'local-workload')) as { localWorkload: LocalWorkload };
  return localWorkload;
}

/**
 * Loads a module from the workload's folder beside this file: which workloads a repository carries is not known here.
 *
 * @throws LocalStackError where there is no such module.
 */
export async function loadModule(workload: string, name: string): Promise<unknown> {
  const path = join(__dirname, 'workloads', workload, `${name}.ts`);
  if (!existsSync(path)) {
    throw new LocalStackError(`This repository does not carry the workload ${workload}: there is no ${path}.`);
  }
  return import(path);
}
