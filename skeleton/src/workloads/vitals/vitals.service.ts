import { vitalsAlarms } from './alarms.service';
import { vitalsApi } from './api.service';
import { vitalsDashboard } from './dashboard.service';
import { vitalsOperator } from './operator.service';
import { vitalsProcessor } from './processor.service';
import { auditRetentionDays } from '../../foundation/audit-retention';
import { Cache } from '../../foundation/cache';
import { Database } from '../../foundation/database';
import type { Foundation, WorkloadService } from '../../foundation/pipeline-parts';
import { Rotation } from '../../foundation/rotation';
import { IngestStream } from '../../foundation/stream';

/** Name of the database in the cluster. */
const DATABASE_NAME = 'vitals';

/** Vital signs: devices write to a stream, processors store what they read of it, and the API answers as FHIR Observations. */
export const vitals: WorkloadService = (foundation) => {
  const { scope, settings, names, keys, network } = foundation;
  const { capacity, compliance } = settings;
  const peakEventsPerSecond = peakOf(foundation);

  const ingest = new IngestStream(scope, 'Ingest', {
    names,
    key: keys.data,
    peakEventsPerSecond,
    streamMode: capacity.streamMode,
    shards: capacity.shards,
  });
  const database = new Database(scope, 'Database', {
    names,
    network,
    databaseName: DATABASE_NAME,
    dataKey: keys.data,
    logKey: keys.telemetry,
    secrets: settings.secrets,
    peakEventsPerSecond,
    readers: { min: capacity.databaseReadersMin, max: capacity.databaseReadersMax },
    backupRetentionDays: compliance.backupRetentionDays,
    auditRetentionDays: auditRetentionDays(compliance),
  });
  const rotation = rotationOf(foundation, database);
  const cache = cacheOf(foundation, peakEventsPerSecond);
  const processor = vitalsProcessor(foundation, { ingest, database, cache });
  const api = vitalsApi(foundation, { ingest, database, cache, peakEventsPerSecond });
  const operator = vitalsOperator(foundation, database, cache);
  const parts = { ingest, database, rotation, cache, processor, api };
  vitalsAlarms(foundation, parts);
  const dashboard = vitalsDashboard(foundation, parts);

  return {
    KinesisStreamName: ingest.stream.streamName,
    KinesisStreamArn: ingest.stream.streamArn,
    EcsClusterName: processor.cluster.clusterName,
    ProcessorServiceName: processor.service.serviceName,
    ProcessorLogGroupName: processor.logGroup.logGroupName,
    IngestLogGroupName: api.ingest.logGroup.logGroupName,
    DatabaseEndpoint: database.cluster.clusterEndpoint.hostname,
    DatabaseReaderEndpoint: database.cluster.clusterReadEndpoint.hostname,
    DatabaseName: database.databaseName,
    DatabaseSecretArn: database.secretArn,
    ...(rotation === undefined ? {} : { RotationFunctionName: rotation.functionName }),
    ...(cache === undefined
      ? {}
      : { CacheEndpoint: cache.endpoint, CacheReplicationGroupId: cache.replicationGroupId }),
    ApiUrl: api.gateway.url,
    ApiId: api.gateway.apiId,
    OperatorTaskDefinitionArn: operator.task.definition.taskDefinitionArn,
    OperatorSecurityGroupId: operator.task.securityGroup.securityGroupId,
    OperatorSubnetIds: network.vpc.selectSubnets(network.privateSubnets).subnetIds.join(','),
    ExportBucketName: operator.exports.bucket.bucketName,
    DashboardName: dashboard.dashboardName,
  };
};

/** None where the secret's owner changes the password. */
function rotationOf({ scope, settings, names, keys, network }: Foundation, database: Database): Rotation | undefined {
  if (settings.secrets.rotation === 'managedElsewhere') return undefined;
  return new Rotation(scope, 'Rotation', {
    names,
    network,
    database,
    everyDays: settings.secrets.rotationDays,
    logKey: keys.telemetry,
    logRetentionDays: settings.compliance.logRetentionDays,
  });
}

/** None without an auth token: latest readings are then answered from the database. */
function cacheOf(
  { scope, settings, names, keys, network }: Foundation,
  peakEventsPerSecond: number,
): Cache | undefined {
  const { cacheAuthTokenArn, cacheAuthTokenKeyArn } = settings.secrets;
  if (cacheAuthTokenArn === undefined) return undefined;
  return new Cache(scope, 'Cache', {
    names,
    network,
    authToken: { arn: cacheAuthTokenArn, keyArn: cacheAuthTokenKeyArn },
    nodeGroups: settings.capacity.cacheNodeGroups,
    peakEventsPerSecond,
    dataKey: keys.data,
    logKey: keys.telemetry,
    logRetentionDays: settings.compliance.logRetentionDays,
  });
}

function peakOf({ settings }: Foundation): number {
  const peak = settings.capacity.peakEventsPerSecond;
  // parseTenantSettings has asked for it already; this is for who builds settings by hand.
  if (peak === undefined) {
    throw new Error('capacity.peakEventsPerSecond is missing: vitals cannot be sized without it.');
  }
  return peak;
}
