import { vitalsAlarms } from './alarms.service';
import { vitalsApi } from './api.service';
import { vitalsDashboard } from './dashboard.service';
import { vitalsOperator } from './operator.service';
import { vitalsProcessor } from './processor.service';
import { Database } from '../../foundation/database';
import type { Foundation, WorkloadService } from '../../foundation/pipeline-parts';
import { IngestStream } from '../../foundation/stream';

/** Name of the database in the cluster. */
const DATABASE_NAME = 'vitals';

/** Vital signs: devices write to a stream, processors store what they read of it, and the API answers as FHIR Observations. */
export const vitals: WorkloadService = (foundation) => {
  const { scope, settings, names, keys, network } = foundation;
  const peakEventsPerSecond = peakOf(foundation);
  const { logRetentionDays, backupRetentionDays } = settings.compliance;

  const ingest = new IngestStream(scope, 'Ingest', { names, key: keys.data, peakEventsPerSecond });
  const database = new Database(scope, 'Database', {
    names,
    network,
    databaseName: DATABASE_NAME,
    dataKey: keys.data,
    logKey: keys.telemetry,
    secrets: settings.secrets,
    peakEventsPerSecond,
    backupRetentionDays,
    logRetentionDays,
  });
  const processor = vitalsProcessor(foundation, ingest, database);
  const api = vitalsApi(foundation, { ingest, database, peakEventsPerSecond });
  const operator = vitalsOperator(foundation, database);
  vitalsAlarms(foundation, { ingest, database, processor, api });
  const dashboard = vitalsDashboard(foundation, { ingest, database, processor, api });

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
    ApiUrl: api.gateway.url,
    ApiId: api.gateway.apiId,
    OperatorTaskDefinitionArn: operator.task.definition.taskDefinitionArn,
    OperatorSecurityGroupId: operator.task.securityGroup.securityGroupId,
    OperatorSubnetIds: network.vpc.selectSubnets(network.privateSubnets).subnetIds.join(','),
    ExportBucketName: operator.exports.bucket.bucketName,
    DashboardName: dashboard.dashboardName,
  };
};

function peakOf({ settings }: Foundation): number {
  const peak = settings.capacity.peakEventsPerSecond;
  // parseTenantSettings has asked for it already; this is for who builds settings by hand.
  if (peak === undefined) {
    throw new Error('capacity.peakEventsPerSecond is missing: vitals cannot be sized without it.');
  }
  return peak;
}
