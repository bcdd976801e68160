import type { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { imagingCapacity, QUERY_TASKS_MAX, REQUESTS_PER_FILE } from './capacity';
import type { ImagingPrograms } from './programs.service';
import type { ImagingStores } from './stores.service';
import { ApiFirewall } from '../../foundation/api-firewall';
import { auditRetentionDays } from '../../foundation/audit-retention';
import { InternalLoadBalancer, LOAD_BALANCER_LOG_PREFIX } from '../../foundation/internal-load-balancer';
import { CERTIFICATE_SUBJECT_HEADER, MutualTlsApi } from '../../foundation/mutual-tls-api';
import type { GatewayRoute } from '../../foundation/mutual-tls-api';
import type { Foundation } from '../../foundation/pipeline-parts';
import { scaleOnRequests } from '../../foundation/request-scaling';
import type { Throttle } from '../../foundation/throttle';
import type { TenantSettings } from '../../tenant';

/** What any tenant may send and ask for in a second. */
const REQUESTS_PER_SECOND_MIN = 200;
/** Requests beside those that bring files: queries, and the images that they lead to. */
const QUERIES_PER_SECOND = 200;
/** What an account gets of API Gateway by itself in a region (Amazon API Gateway Developer Guide, "Amazon API Gateway quotas"). */
const REQUESTS_PER_SECOND_MAX = 10_000;
const BURST_MAX = 5_000;

/** Requests that a task answers well, in a minute. */
const UPLOADS_PER_TASK_AND_MINUTE = 3_000;
const QUERIES_PER_TASK_AND_MINUTE = 1_500;

/** tus 1.0.0 wants it in every request but OPTIONS. */
const TUS = 'Tus-Resumable';

const STUDY = 'studies/{study}';
const SERIES = `${STUDY}/series/{series}`;
const INSTANCE = `${SERIES}/instances/{instance}`;
const FRAMES = `${INSTANCE}/frames/{frames}`;

/** What is asked for: QIDO-RS and WADO-RS (DICOM PS3.18, 10.4 and 10.6). */
const QUERIES = [
  ...['studies', 'series', 'instances'],
  ...[`${STUDY}/series`, `${STUDY}/instances`, `${SERIES}/instances`],
  ...[STUDY, SERIES, INSTANCE].flatMap((path) => [path, `${path}/metadata`]),
  ...[STUDY, SERIES, INSTANCE, FRAMES].flatMap((path) => [`${path}/rendered`, `${path}/thumbnail`]),
  FRAMES,
];

/** Every path there is: tus for what is sent in parts, DICOMweb for what is sent at once and for what is asked for. */
export const IMAGING_ROUTES: readonly GatewayRoute[] = [
  { method: 'OPTIONS', path: 'uploads' },
  { method: 'POST', path: 'uploads', requiredHeaders: [TUS] },
  { method: 'OPTIONS', path: 'uploads/{upload}' },
  { method: 'HEAD', path: 'uploads/{upload}', requiredHeaders: [TUS] },
  { method: 'PATCH', path: 'uploads/{upload}', requiredHeaders: [TUS, 'Upload-Offset', 'Content-Type'] },
  { method: 'DELETE', path: 'uploads/{upload}', requiredHeaders: [TUS] },
  { method: 'POST', path: 'studies', requiredHeaders: ['Content-Type'] },
  { method: 'POST', path: STUDY, requiredHeaders: ['Content-Type'] },
  ...QUERIES.map((path) => ({ method: 'GET', path }) as const),
];

export interface ImagingGateway {
  readonly api: MutualTlsApi;
  readonly loadBalancer: InternalLoadBalancer;
  readonly queryTargets: ApplicationTargetGroup;
  /** Of the way in, and of the load balancer behind it. */
  readonly certificateArn: string;
}

/** The way in: a firewall, the gateway that asks for certificates, and within the network a load balancer before the programs. */
export function imagingGateway(
  foundation: Foundation,
  stores: ImagingStores,
  { upload, query }: ImagingPrograms,
): ImagingGateway {
  const { scope, settings, names, keys, network } = foundation;
  const logRetentionDays = auditRetentionDays(settings.compliance);
  const imaging = imagingOf(settings);
  const throttle = throttleOf(settings);
  const api = new MutualTlsApi(scope, 'Api', {
    ...imaging,
    names,
    network,
    description: 'Takes scans from hospitals and answers what is stored, by mutual TLS',
    routes: IMAGING_ROUTES,
    throttle,
    logKey: keys.telemetry,
    logRetentionDays,
  });
  stores.scans.receiveLoadBalancerLogs(LOAD_BALANCER_LOG_PREFIX);
  const loadBalancer = new InternalLoadBalancer(scope, 'LoadBalancer', {
    names,
    network,
    certificateArn: imaging.certificateArn,
    client: api.linkSecurityGroup,
    stageName: names.suffix,
    logBucket: stores.scans.accessLogs,
  });
  const { uploadTasksMax } = imagingCapacity(settings.capacity);
  scaleOnRequests({
    names,
    service: upload.service,
    purpose: 'upload',
    targets: loadBalancer.route({
      ...upload,
      purpose: 'upload',
      methods: ['POST', 'PATCH', 'HEAD', 'DELETE', 'OPTIONS'],
    }),
    requestsPerTaskAndMinute: UPLOADS_PER_TASK_AND_MINUTE,
    tasksMax: uploadTasksMax,
  });
  const queryTargets = loadBalancer.route({ ...query, purpose: 'query', methods: ['GET'] });
  scaleOnRequests({
    names,
    service: query.service,
    purpose: 'query',
    targets: queryTargets,
    requestsPerTaskAndMinute: QUERIES_PER_TASK_AND_MINUTE,
    tasksMax: QUERY_TASKS_MAX,
  });
  api.sendTo(loadBalancer.loadBalancer.loadBalancerArn);
  new ApiFirewall(scope, 'ApiFirewall', {
    names,
    description: 'Protects the way in for scans',
    stageArn: api.stageArn,
    writeMethods: ['POST', 'PATCH', 'DELETE'],
    // A large hospital may be all there is, behind one address.
    ingestRequestsPerSecond: throttle.requestsPerSecond,
    reservedHeaders: [CERTIFICATE_SUBJECT_HEADER.toLowerCase()],
    // tus's metadata holds the name of a file as its sender has it; a slug likewise.
    privateHeaders: ['upload-metadata', 'slug'],
    privatePaths: true,
    logKey: keys.telemetry,
    logRetentionDays,
  });
  return { api, loadBalancer, queryTargets, certificateArn: imaging.certificateArn };
}

/** Requests for the files of the busiest hour, twice over, and queries beside them. */
function throttleOf({ capacity }: TenantSettings): Throttle {
  const uploads = 2 * REQUESTS_PER_FILE * imagingCapacity(capacity).peakFilesPerSecond;
  const requestsPerSecond = Math.ceil(
    Math.min(REQUESTS_PER_SECOND_MAX, Math.max(REQUESTS_PER_SECOND_MIN, uploads + QUERIES_PER_SECOND)),
  );
  return { requestsPerSecond, burst: Math.min(BURST_MAX, 2 * requestsPerSecond) };
}

function imagingOf({ imaging }: TenantSettings) {
  const { domainName, certificateArn, truststoreUri, truststoreVersion, ownershipVerificationCertificateArn } = imaging;
  // parseTenantSettings has asked for them already; this is for who builds settings by hand.
  if (
    domainName === undefined ||
    certificateArn === undefined ||
    truststoreUri === undefined ||
    truststoreVersion === undefined
  ) {
    throw new Error(
      'imaging.domainName, certificateArn, truststoreUri and truststoreVersion: one is missing, and hospitals could not be let in.',
    );
  }
  return { domainName, certificateArn, truststoreUri, truststoreVersion, ownershipVerificationCertificateArn };
}
