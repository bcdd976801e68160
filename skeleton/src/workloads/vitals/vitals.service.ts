import { vitalsAlarms } from './alarms.service';
import { vitalsApi } from './api.service';
import { vitalsDashboard } from './dashboard.service';
import { auditRetentionDays } from '../../foundation/audit-retention';
import { Cache } from '../../foundation/cache';
import { Database } from '../../foundation/database';
import { operatorProgram } from '../../foundation/operator-program';
import type { Foundation, WorkloadService } from '../../foundation/pipeline-parts';
import { rotationOf } from '../../foundation/rotation';
import { ingestStream, peakOf, streamPipelineOutputs } from '../../foundation/stream-pipeline';
import { streamProcessor } from '../../foundation/stream-processor';

/** Name of the database in the cluster. */
const DATABASE_NAME = 'vitals';

/** Vital signs: devices write to a stream, processors store what they read of it, and the API answers as FHIR Observations. */
export const vitals: WorkloadService = (foundation) => {
  const { compliance } = foundation.settings;
  const environment = { OBSERVATION_RETENTION_DAYS: `${compliance.observationRetentionDays}` };

  const ingest = ingestStream(foundation);
  const database = databaseOf(foundation);
  const rotation = rotationOf(foundation, database);
  const cache = cacheOf(foundation);
  const stores = cache === undefined ? [] : [cache];
  const processor = streamProcessor(foundation, { ingest, database, stores, environment });
  const api = vitalsApi(foundation, { ingest, database, stores, environment });
  const operator = operatorProgram(foundation, [database, ...stores], environment);
  const parts = { ingest, database, rotation, cache, processor, api, operator };
  vitalsAlarms(foundation, parts);
  const dashboard = vitalsDashboard(foundation, parts);

  return {
    ...streamPipelineOutputs(foundation, parts),
    ...(cache === undefined
      ? {}
      : { CacheEndpoint: cache.endpoint, CacheReplicationGroupId: cache.replicationGroupId }),
    DashboardName: dashboard.dashboardName,
  };
};

function databaseOf(foundation: Foundation): Database {
  const { scope, settings, names, keys, network } = foundation;
  const { capacity, compliance, secrets } = settings;
  return new Database(scope, 'Database', {
    names,
    network,
    databaseName: DATABASE_NAME,
    dataKey: keys.data,
    logKey: keys.telemetry,
    secrets,
    peakEventsPerSecond: peakOf(foundation),
    readers: { min: capacity.databaseReadersMin, max: capacity.databaseReadersMax },
    backupRetentionDays: compliance.backupRetentionDays,
    auditRetentionDays: auditRetentionDays(compliance),
  });
}

/** None without an auth token: latest readings are then answered from the database. */
function cacheOf(foundation: Foundation): Cache | undefined {
  const { scope, settings, names, keys, network } = foundation;
  const { cacheAuthTokenArn, cacheAuthTokenKeyArn } = settings.secrets;
  if (cacheAuthTokenArn === undefined) return undefined;
  return new Cache(scope, 'Cache', {
    names,
    network,
    authToken: { arn: cacheAuthTokenArn, keyArn: cacheAuthTokenKeyArn },
    nodeGroups: settings.capacity.cacheNodeGroups,
    peakEventsPerSecond: peakOf(foundation),
    dataKey: keys.data,
    logKey: keys.telemetry,
    logRetentionDays: settings.compliance.logRetentionDays,
  });
}
