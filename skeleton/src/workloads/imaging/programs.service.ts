import { Duration, Stack } from 'aws-cdk-lib';
import { Protocol } from 'aws-cdk-lib/aws-ecs';
import type { Cluster } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { WASM_FILES } from './pixels/wasm-files';
import type { ImagingStores } from './stores.service';
import { auditRetentionDays } from '../../foundation/audit-retention';
import { storeEnvironment } from '../../foundation/backing-store';
import { bundle } from '../../foundation/bundle';
import type { MountedVolume } from '../../foundation/container-task';
import { GENERATE_MAC } from '../../foundation/hmac-key';
import { PROGRAM_PORT } from '../../foundation/internal-load-balancer';
import type { Foundation } from '../../foundation/pipeline-parts';
import { programCluster } from '../../foundation/program-cluster';
import { programService } from '../../foundation/program-service';
import type { ProgramService } from '../../foundation/program-service';

/** Where the shared files are mounted: the only place that a program can write to. */
export const SCAN_FOLDER = '/scans';

/** Files that a worker works on at the same time. */
const WORKER_CONCURRENCY = 2;
const SWEEP = Duration.seconds(60);

const DOCKERFILE = 'src/foundation/image/Dockerfile';

export interface ImagingPrograms {
  /** Receives files from hospitals. */
  readonly upload: ProgramService;
  /** Answers what is stored. */
  readonly query: ProgramService;
  /** Works on what was received, and stores it. */
  readonly worker: ProgramService;
}

/** The services of imaging, in one cluster: each with a role, a security group and a log of its own, and the least that it needs. */
export function imagingPrograms(foundation: Foundation, stores: ImagingStores): ImagingPrograms {
  const cluster = programCluster(new Construct(foundation.scope, 'Programs'), {
    names: foundation.names,
    network: foundation.network,
    logKey: foundation.keys.telemetry,
    logRetentionDays: foundation.settings.compliance.logRetentionDays,
  });
  const worker = workerOf(foundation, cluster, stores);
  const upload = uploadOf(foundation, cluster, stores);
  const query = queryOf(foundation, cluster, stores);
  // Workers migrate the database when they start; the others wait for it, and would give up in a first deployment.
  for (const { service } of [upload, query]) service.node.addDependency(worker.service);
  return { upload, query, worker };
}

function uploadOf(foundation: Foundation, cluster: Cluster, stores: ImagingStores): ProgramService {
  const { database, queue, files } = stores;
  const scope = new Construct(foundation.scope, 'Upload');
  const upload = serviceOf(foundation, scope, cluster, {
    purpose: 'upload',
    description: 'Upload: TLS from the load balancer; AWS and stores out',
    imageDirectory: bundle({
      name: 'imaging-upload',
      entry: 'src/workloads/imaging/upload/main.ts',
      files: [DOCKERFILE],
    }),
    environment: { ...storeEnvironment([database, queue]), ...listening(foundation), SCAN_FOLDER },
    statements: [...database.secretStatements(), ...queue.secretStatements(), ...files.mountStatements()],
    mounts: [scanFolder(stores)],
    // A part that is under way is written within this time.
    stopTimeout: Duration.seconds(60),
    isServer: true,
  });
  for (const store of [database, queue, files]) store.allowFrom(upload.securityGroup, 'Upload');
  upload.service.node.addDependency(...files.mountTargets);
  return upload;
}

function queryOf(foundation: Foundation, cluster: Cluster, { database, scans }: ImagingStores): ProgramService {
  const scope = new Construct(foundation.scope, 'Query');
  const query = serviceOf(foundation, scope, cluster, {
    purpose: 'query',
    description: 'Query: TLS from the load balancer; AWS and database out',
    imageDirectory: bundle({
      name: 'imaging-query',
      entry: 'src/workloads/imaging/query/main.ts',
      files: [DOCKERFILE, ...WASM_FILES],
    }),
    environment: {
      ...database.queryEnvironment(),
      ...listening(foundation),
      SCAN_BUCKET: scans.bucket.bucketName,
      READ_ALL_SUBJECTS: JSON.stringify(foundation.settings.imaging.readAllSubjects),
    },
    statements: [...database.secretStatements(), ...scans.readStatements()],
    // An answer that is under way goes on for this time.
    stopTimeout: Duration.seconds(120),
    isServer: true,
  });
  scans.acknowledgeObjects(scope);
  database.allowFrom(query.securityGroup, 'Query');
  return query;
}

function workerOf(foundation: Foundation, cluster: Cluster, stores: ImagingStores): ProgramService {
  const { keys, network, settings } = foundation;
  const { database, queue, files, scans, life, deidentificationKey } = stores;
  const { region } = Stack.of(foundation.scope);
  network.endpoints.addKms([GENERATE_MAC], deidentificationKey.keyArn);
  const scope = new Construct(foundation.scope, 'Worker');
  const worker = serviceOf(foundation, scope, cluster, {
    purpose: 'worker',
    description: 'Workers: nothing in; AWS and stores out',
    imageDirectory: bundle({
      name: 'imaging-worker',
      entry: 'src/workloads/imaging/worker/main.ts',
      migrationFolders: ['src/runtime/migrations', 'src/workloads/imaging/migrations'],
      files: [DOCKERFILE, ...WASM_FILES],
    }),
    environment: {
      ...storeEnvironment([database, queue]),
      STREAM_NAME: life.stream.streamName,
      SCAN_FOLDER,
      SCAN_BUCKET: scans.bucket.bucketName,
      DATA_KEY_ARN: keys.data.keyArn,
      DEIDENTIFICATION_KEY_ARN: deidentificationKey.keyArn,
      AUDIT_RETENTION_DAYS: `${auditRetentionDays(settings.compliance)}`,
      WORKER_CONCURRENCY: `${WORKER_CONCURRENCY}`,
      SWEEP_SECONDS: `${SWEEP.toSeconds()}`,
    },
    statements: [
      ...database.secretStatements(),
      ...queue.secretStatements(),
      ...files.mountStatements(),
      ...scans.storeStatements(),
      new PolicyStatement({
        sid: 'MakePseudonyms',
        actions: [GENERATE_MAC],
        resources: [deidentificationKey.keyArn],
        conditions: { StringEquals: { 'kms:MacAlgorithm': 'HMAC_SHA_256' } },
      }),
      new PolicyStatement({ sid: 'TellLife', actions: ['kinesis:PutRecords'], resources: [life.stream.streamArn] }),
      new PolicyStatement({
        sid: 'EncryptLife',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [keys.data.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `kinesis.${region}.amazonaws.com` } },
      }),
    ],
    mounts: [scanFolder(stores)],
    // Time to finish a file of the usual size. A larger one is taken up by another worker, from the beginning.
    stopTimeout: Duration.seconds(120),
    isServer: false,
  });
  scans.acknowledgeObjects(scope);
  for (const store of [database, queue, files]) store.allowFrom(worker.securityGroup, 'Workers');
  worker.service.node.addDependency(database.resource, ...files.mountTargets);
  return worker;
}

interface OwnProps {
  readonly purpose: string;
  readonly description: string;
  readonly imageDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly PolicyStatement[];
  readonly mounts?: readonly MountedVolume[];
  readonly stopTimeout: Duration;
  /** Whether a load balancer sends it requests. */
  readonly isServer: boolean;
}

function serviceOf(
  { names, network, keys, settings }: Foundation,
  scope: Construct,
  cluster: Cluster,
  { environment, isServer, ...own }: OwnProps,
): ProgramService {
  return programService(scope, {
    ...own,
    names,
    network,
    cluster,
    environment: { AWS_REGION: Stack.of(scope).region, ENVIRONMENT_SUFFIX: names.suffix, ...environment },
    logKey: keys.telemetry,
    logRetentionDays: settings.compliance.logRetentionDays,
    ...(isServer
      ? {
          portMappings: [{ containerPort: PROGRAM_PORT, protocol: Protocol.TCP }],
          healthCheckGracePeriod: Duration.minutes(2),
        }
      : {}),
  });
}

function listening({ settings }: Foundation): Record<'PORT' | 'PUBLIC_URL', string> {
  return { PORT: `${PROGRAM_PORT}`, PUBLIC_URL: `https://${settings.imaging.domainName}` };
}

function scanFolder({ files }: ImagingStores): MountedVolume {
  return { volume: files.volume(), path: SCAN_FOLDER };
}
