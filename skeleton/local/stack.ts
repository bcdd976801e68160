import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ChildGuard, startChildGuard } from './child-guard';
import { createMasterDatabase } from './database';
import { type SecretsManagerDouble, startSecretsManager } from './doubles/secrets-manager';
import { singleUserRotation } from './doubles/single-user-rotation';
import { LocalStackError } from './errors';
import { type FaultProxy, startFaultProxy } from './fault-proxy';
import { freePort, isFree } from './free-port';
import { type KinesisEmulator, LOCAL_CREDENTIALS, startKinesisEmulator } from './kinesis-emulator';
import { databaseName, type LocalOutputs, localOutputs } from './outputs';
import { checkOutputsFileIsOurs, removeOutputsFile, writeOutputsFile } from './outputs-file';
import { type PostgresServer, startPostgresServer } from './postgres-server';
import { type LocalPrograms, startProcessorsAndApi } from './programs';
import type { SupervisedProcess } from './supervised-process';
import { allSettledOrThrow, Teardown } from './teardown';
import { type Interruptible, loadLocalWorkload, type LocalCache, type LocalWorkload } from './workload';
import { Names } from '../src/foundation/naming';
import { shardCount } from '../src/foundation/stream';
import { PLANNED_EVENT_BYTES, type TenantSettings } from '../src/tenant';

export interface LocalStackSettings {
  readonly tenant: TenantSettings;
  /** Where they are from, for the operator's commands. */
  readonly tenantFile?: string;
  /** Where the outputs go: `cfn-outputs/flat-outputs.json`. */
  readonly outputsFile: string;
  /** Folder of the processes' logs; made when it is missing. */
  readonly logDirectory: string;
  /** Port of the API; 0, the default, takes a free one. */
  readonly apiPort?: number;
  /** Processors that share the stream. Default 2, as in a deployment. */
  readonly processors?: number;
  /** More environment variables of the processors, such as a shorter lease. */
  readonly processorEnvironment?: Readonly<Record<string, string>>;
  /** Longest pause before a program that crashed is started again. Default: that of `SupervisedProcess`. */
  readonly restartPauseMaxMs?: number;
  /** Settings of PostgreSQL beside the stack's own, or in their place. */
  readonly postgresSettings?: Readonly<Record<string, string>>;
  /** Puts a proxy between the processors and Kinesis that can be told to fail. Default false. */
  readonly kinesisFaults?: boolean;
  /** Called when a service ends that cannot be started again without losing what it held. */
  readonly onLost: (reason: string) => void;
}

/** The whole pipeline on this machine: the code of a deployment, with embedded services. */
export class LocalStack {
  /** @throws LocalStackError when something is missing or does not start; nothing runs then. */
  static async start(settings: LocalStackSettings): Promise<LocalStack> {
    checkOutputsFileIsOurs(settings.outputsFile);
    const teardown = new Teardown();
    try {
      return await startParts(settings, teardown);
    } catch (error) {
      // What went wrong first is what the person has to mend.
      await teardown.run().catch(() => undefined);
      throw error;
    }
  }

  constructor(
    readonly outputs: LocalOutputs,
    readonly postgres: PostgresServer,
    /** Absent where the tenant has no cache, and where it was not started here. */
    readonly cache: Interruptible | undefined,
    /** What the workload runs. */
    readonly programs: LocalPrograms,
    /** Present where `kinesisFaults` was asked for. */
    readonly kinesisFaults: FaultProxy | undefined,
    private readonly teardown: Teardown,
  ) {}

  get processors(): readonly SupervisedProcess[] {
    return this.programs.processors;
  }

  get api(): SupervisedProcess {
    return this.programs.api;
  }

  /** Stops everything in order: outputs, API, processors, then what they need. Removes all data. */
  async stop(): Promise<void> {
    await this.teardown.run();
  }
}

async function startParts(settings: LocalStackSettings, teardown: Teardown): Promise<LocalStack> {
  const { tenant, logDirectory, outputsFile } = settings;
  const names = new Names(tenant.aws);
  const workload = await loadLocalWorkload(tenant.workload);
  const database = databaseName(tenant);
  mkdirSync(logDirectory, { recursive: true });
  const apiPort = await chosenPort(settings.apiPort ?? 0);
  const guard = startChildGuard([outputsFile]);
  teardown.add('The guard', async () => guard.dismiss());

  const [postgres, secretsManager, kinesis, cache] = await allSettledOrThrow<
    [PostgresServer, SecretsManagerDouble, KinesisEmulator, LocalCache | undefined]
  >([
    startDatabase(teardown, settings.postgresSettings),
    startSecrets(teardown),
    startStream({ settings, streamName: names.of('events'), guard, teardown }),
    startCache(workload, tenant, teardown),
  ]);
  const master = { username: 'pipeline_master', password: crypto.randomUUID() };
  await createMasterDatabase(postgres, database, master);
  secretsManager.put(tenant.secrets.databaseArn, master);
  // Whoever rotates it in AWS, the pipeline or the secret's owner: here it can be asked for by RotateSecret.
  secretsManager.rotateWith(tenant.secrets.databaseArn, singleUserRotation({ ...postgres, name: database }));
  if (cache) secretsManager.put(cache.secret.arn, cache.secret.value);
  const proxy = settings.kinesisFaults ? await startFaultProxy(kinesis.endpoint) : undefined;
  if (proxy) teardown.add('The Kinesis proxy', async () => proxy.stop());

  const common = {
    PATH: process.env.PATH ?? '',
    NODE_NO_WARNINGS: '1',
    AWS_REGION: tenant.aws.region,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_KINESIS: proxy?.endpoint ?? kinesis.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.endpoint,
    DATABASE_HOST: postgres.host,
    DATABASE_PORT: String(postgres.port),
    DATABASE_NAME: database,
    DATABASE_SECRET_ARN: tenant.secrets.databaseArn,
    DATABASE_CA_FILE: postgres.caFile,
    ENVIRONMENT_SUFFIX: tenant.aws.environmentSuffix,
    STREAM_NAME: names.of('events'),
    ...workload.environment(tenant),
    ...cache?.environment,
  };
  const startPrograms = workload.startPrograms ?? startProcessorsAndApi;
  const programs = await startPrograms({
    tenant,
    apiPort,
    processors: settings.processors ?? 2,
    common,
    processorEnvironment: settings.processorEnvironment ?? {},
    restartPauseMaxMs: settings.restartPauseMaxMs,
    logDirectory,
    guard,
    teardown,
  });

  const outputs = localOutputs({
    tenant,
    kinesisEndpoint: kinesis.endpoint,
    secretsManagerEndpoint: secretsManager.endpoint,
    database: postgres,
    apiPort,
    more: {
      ...cache?.outputs,
      ...programs.outputs,
      ...(settings.tenantFile !== undefined && { LocalTenantFile: settings.tenantFile }),
    },
  });
  writeOutputsFile(outputsFile, outputs);
  teardown.add('The outputs', async () => removeOutputsFile(outputsFile));
  return new LocalStack(outputs, postgres, cache?.started, programs, proxy, teardown);
}

async function chosenPort(port: number): Promise<number> {
  if (port === 0) return freePort();
  if (await isFree(port)) return port;
  throw new LocalStackError(`Port ${port} is taken by another program: choose another, or leave --api-port out.`);
}

async function startDatabase(
  teardown: Teardown,
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  // Nothing here outlives the stack, so there is nothing to lose in a crash of the machine. A crash of PostgreSQL itself
  // loses nothing either way.
  const postgres = await startPostgresServer({ settings: { fsync: 'off', ...settings } });
  teardown.add('PostgreSQL', async () => postgres.stop());
  return postgres;
}

async function startSecrets(teardown: Teardown): Promise<SecretsManagerDouble> {
  const secretsManager = await startSecretsManager();
  teardown.add('Secrets Manager', async () => secretsManager.close());
  return secretsManager;
}

async function startStream(stream: {
  readonly settings: LocalStackSettings;
  readonly streamName: string;
  readonly guard: ChildGuard;
  readonly teardown: Teardown;
}): Promise<KinesisEmulator> {
  const { tenant, logDirectory, onLost } = stream.settings;
  const kinesis = await startKinesisEmulator({
    region: tenant.aws.region,
    accountId: tenant.aws.accountId,
    streamName: stream.streamName,
    shards:
      tenant.capacity.shards ??
      shardCount(tenant.capacity.peakEventsPerSecond ?? 1, PLANNED_EVENT_BYTES[tenant.workload]),
    logFile: join(logDirectory, 'kinesis.log'),
    guard: stream.guard,
    onLost,
  });
  stream.teardown.add('Kinesis', async () => kinesis.stop());
  return kinesis;
}

async function startCache(
  workload: LocalWorkload,
  tenant: TenantSettings,
  teardown: Teardown,
): Promise<LocalCache | undefined> {
  const cache = await workload.startCache?.(tenant);
  if (cache) teardown.add('The cache', async () => cache.stop());
  return cache;
}
