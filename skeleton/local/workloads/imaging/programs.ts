import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeClients, READER_SUBJECT } from './clients';
import { startGateway } from './gateway';
import { auditRetentionDays } from '../../../src/foundation/audit-retention';
import { Names } from '../../../src/foundation/naming';
import { partitionOf, type TenantSettings } from '../../../src/tenant';
import type { QueueSettings } from '../../../src/workloads/imaging/environment';
import { WASM_FILES } from '../../../src/workloads/imaging/pixels/wasm-files';
import { createLoopbackAuthority } from '../../certificate-authority';
import { startChildGuard } from '../../child-guard';
import { startKms } from '../../doubles/kms';
import { type S3Double, startS3 } from '../../doubles/s3';
import { freePort } from '../../free-port';
import type { LocalOutputs } from '../../outputs';
import { type LocalPrograms, programOf, type ProgramTools, startMany } from '../../programs';
import type { SupervisedProcess } from '../../supervised-process';
import { allSettledOrThrow } from '../../teardown';

/** Scans that nobody works on any more are looked for this often; a deployment waits longer. */
const SWEEP_SECONDS = 5;

/** The programs of imaging with what they store in. */
export class ImagingPrograms implements LocalPrograms {
  constructor(
    /** The workers. */
    readonly processors: readonly SupervisedProcess[],
    /** Answers queries. */
    readonly api: SupervisedProcess,
    readonly upload: SupervisedProcess,
    readonly objects: S3Double,
    /** Stands for EFS. */
    readonly scanFolder: string,
    /** How the queue is reached. */
    readonly queue: QueueSettings,
    readonly outputs: Partial<LocalOutputs>,
  ) {}
}

/** Starts workers, upload and query behind a gateway with mutual TLS, beside doubles of S3 and KMS. */
export async function startImagingPrograms(tools: ProgramTools): Promise<ImagingPrograms> {
  const { tenant, teardown, apiPort } = tools;
  const folder = await mkdtemp(join(tmpdir(), 'pipeline-imaging-'));
  // Scans are patients': they go even when this process is killed.
  const guard = startChildGuard([folder]);
  teardown.add('The folder of scans', async () => guard.dismiss());
  const scanFolder = join(folder, 'scans');
  await mkdir(scanFolder, { mode: 0o700 });
  const names = new Names(tenant.aws);
  const bucket = names.bucket('scans');
  const [deidentificationKeyArn, dataKeyArn] = [keyArn(tenant, 'deidentification'), keyArn(tenant, 'data')];
  const objects = await startS3({ folder: join(folder, 'objects'), buckets: [bucket] });
  teardown.add('S3', async () => objects.close());
  const kms = await startKms([deidentificationKeyArn]);
  teardown.add('KMS', async () => kms.close());

  const common = {
    ...tools.common,
    AWS_ENDPOINT_URL_S3: objects.endpoint,
    AWS_ENDPOINT_URL_KMS: kms.endpoint,
    SCAN_FOLDER: scanFolder,
    SCAN_BUCKET: bucket,
  };
  const own = { ...tools, common };
  const workers = await startMany(own, {
    names: 'The workers',
    program: (number) => ({
      name: `Worker ${number}`,
      bundle: {
        name: 'imaging-worker-local',
        entry: 'src/workloads/imaging/worker/main.ts',
        migrationFolders: ['src/runtime/migrations', 'src/workloads/imaging/migrations'],
        files: WASM_FILES,
      },
      logFile: `worker-${number}.log`,
      environment: {
        DATA_KEY_ARN: dataKeyArn,
        DEIDENTIFICATION_KEY_ARN: deidentificationKeyArn,
        AUDIT_RETENTION_DAYS: String(auditRetentionDays(tenant.compliance)),
        SWEEP_SECONDS: String(SWEEP_SECONDS),
      },
    }),
  });
  const [uploadPort, queryPort] = [await freePort(), await freePort()];
  const listening = (port: number) => ({
    PORT: String(port),
    LISTEN_ADDRESS: '127.0.0.1',
    PUBLIC_URL: `https://127.0.0.1:${apiPort}`,
  });
  const upload = programOf(own, {
    name: 'Upload',
    bundle: { name: 'imaging-upload-local', entry: 'src/workloads/imaging/upload/main.ts' },
    logFile: 'upload.log',
    environment: listening(uploadPort),
    isHealthy: async () => answersOkByTls(uploadPort),
  });
  const query = programOf(own, {
    name: 'Query',
    bundle: { name: 'imaging-query-local', entry: 'src/workloads/imaging/query/main.ts', files: WASM_FILES },
    logFile: 'query.log',
    environment: {
      ...listening(queryPort),
      READ_ALL_SUBJECTS: JSON.stringify([...tenant.imaging.readAllSubjects, READER_SUBJECT]),
    },
    isHealthy: async () => answersOkByTls(queryPort),
  });
  teardown.add('Upload and query', async () => {
    await Promise.all([upload.stop(), query.stop()]);
  });
  await allSettledOrThrow([upload.start(), query.start()]);

  const gateway = await openGateway(tools, { folder, uploadPort, queryPort });
  return new ImagingPrograms(workers, query, upload, objects, scanFolder, queueOf(tools), {
    ...gateway,
    ScanBucketName: bucket,
    FileSystemId: 'local',
    DeidentificationKeyArn: deidentificationKeyArn,
    UploadServiceName: 'local',
    QueryServiceName: 'local',
    QueryLogGroupName: 'local',
    LoadBalancerArn: 'local',
    LocalObjectsEndpoint: objects.endpoint,
    LocalScanFolder: scanFolder,
  });
}

interface Behind {
  readonly folder: string;
  readonly uploadPort: number;
  readonly queryPort: number;
}

/** @returns the outputs that tell of it. */
async function openGateway(
  { apiPort, teardown }: ProgramTools,
  { folder, uploadPort, queryPort }: Behind,
): Promise<Partial<LocalOutputs>> {
  const clients = await makeClients(join(folder, 'clients'));
  const authority = await createLoopbackAuthority('Gateway');
  const caFile = join(folder, 'gateway-ca.pem');
  await writeFile(caFile, authority.certificate);
  const gateway = await startGateway({
    port: apiPort,
    certificate: await authority.issue(),
    truststore: clients.truststore,
    uploadPort,
    queryPort,
  });
  teardown.add('The gateway', async () => gateway.close());
  const url = `https://127.0.0.1:${gateway.port}/`;
  return {
    ApiUrl: url,
    UploadUrl: `${url}uploads`,
    DomainName: '127.0.0.1',
    RegionalDomainTarget: 'local',
    RegionalDomainHostedZoneId: 'local',
    LocalGatewayCaFile: caFile,
    LocalClientsFolder: clients.folder,
  };
}

function queueOf({ common }: ProgramTools): QueueSettings {
  const {
    QUEUE_ENDPOINT: endpoint = '',
    QUEUE_AUTH_TOKEN_SECRET_ARN: authTokenSecretArn = '',
    QUEUE_CA_FILE: caFile,
  } = common;
  const { hostname: host, port } = new URL(`rediss://${endpoint}`);
  return { host, port: Number(port), authTokenSecretArn, caFile };
}

function keyArn({ aws: { region, accountId } }: TenantSettings, name: string): string {
  return `arn:${partitionOf(region)}:kms:${region}:${accountId}:key/${name}`;
}

/** Whether a program's own health is well; its certificate is its own, as behind a load balancer. */
async function answersOkByTls(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = httpsRequest(
      { host: '127.0.0.1', port, path: '/health', rejectUnauthorized: false, timeout: 1_000 },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(false));
    asked.end();
  });
}
