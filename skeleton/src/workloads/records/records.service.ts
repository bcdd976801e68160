import { recordsAlarms } from './alarms.service';
import { recordsApi, REQUESTS_AT_ONCE } from './api.service';
import { recordsDashboard } from './dashboard.service';
import { RECORD_RESOURCE_TYPES } from '../../fhir-r4-types';
import { auditRetentionDays } from '../../foundation/audit-retention';
import { processorsMax } from '../../foundation/connection-plan';
import { InstanceDatabase } from '../../foundation/instance-database';
import { operatorProgram } from '../../foundation/operator-program';
import type { Foundation, WorkloadService } from '../../foundation/pipeline-parts';
import { rotationOf } from '../../foundation/rotation';
import { ingestStream, peakOf, streamPipelineOutputs } from '../../foundation/stream-pipeline';
import { streamProcessor } from '../../foundation/stream-processor';

/** Name of the database on the instance. */
const DATABASE_NAME = 'records';

/**
 * Patient records: systems of the hospital write FHIR resources and HL7 v2 messages to a stream, processors validate and store each version,
 * and the API answers current versions, history, and who saw what.
 */
export const records: WorkloadService = (foundation) => {
  const { additionalResourceTypes } = foundation.settings.records;
  const environment = { RESOURCE_TYPES: [...RECORD_RESOURCE_TYPES, ...additionalResourceTypes].join(',') };

  const ingest = ingestStream(foundation);
  const database = databaseOf(foundation);
  const rotation = rotationOf(foundation, database);
  const tasksMax = processorsMax(database.connectionsMax, REQUESTS_AT_ONCE);
  const processor = streamProcessor(foundation, { ingest, database, environment, tasksMax });
  const api = recordsApi(foundation, { ingest, database, environment });
  const operator = operatorProgram(foundation, [database], environment);
  const parts = { ingest, database, rotation, processor, api, operator };
  recordsAlarms(foundation, parts);
  const dashboard = recordsDashboard(foundation, parts);

  return {
    ...streamPipelineOutputs(foundation, parts),
    AuditFunctionName: api.audit.function.functionName,
    DashboardName: dashboard.dashboardName,
  };
};

function databaseOf(foundation: Foundation): InstanceDatabase {
  const { scope, settings, names, keys, network } = foundation;
  const { capacity, compliance, secrets } = settings;
  return new InstanceDatabase(scope, 'Database', {
    names,
    network,
    databaseName: DATABASE_NAME,
    dataKey: keys.data,
    logKey: keys.telemetry,
    secrets,
    peakEventsPerSecond: peakOf(foundation),
    capacity,
    backupRetentionDays: compliance.backupRetentionDays,
    auditRetentionDays: auditRetentionDays(compliance),
  });
}
