import { ComparisonOperator, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { RecordsApi } from './api.service';
import { busyDatabaseAlarm, connectionsAlarm, rotationAlarm } from '../../foundation/alarm-sets/database';
import type { InstanceDatabase } from '../../foundation/instance-database';
import { INSTANCE_SIZES } from '../../foundation/instance-size';
import type { Foundation } from '../../foundation/pipeline-parts';
import { flowAlarms, queryAlarms } from '../../foundation/stream-pipeline';
import type { StreamPipeline } from '../../foundation/stream-pipeline';

export interface RecordsParts extends StreamPipeline {
  readonly database: InstanceDatabase;
  readonly api: RecordsApi;
}

const GIBIBYTE = 1024 ** 3;

/** Part of the connections that the server takes. */
const CONNECTIONS_PART = 0.8;
/** Part of the memory that is free: below, the server begins to swap. */
const FREE_MEMORY_PART = 0.05;
/** Storage at which RDS has grown it already, if it still may: it does below a tenth, and this is half of that. */
const FREE_STORAGE_PART = 0.05;
/** Time of a write, in seconds, at which commits are slow: gp3 answers within milliseconds. */
const WRITE_LATENCY_SECONDS = 0.05;
/** Half of the two thousand million at which PostgreSQL stops taking writes (PostgreSQL manual, "Preventing Transaction ID Wraparound Failures"). */
const TRANSACTION_IDS = 1_000_000_000;

/** The alarms of the workload: one or more for each of its promises. Each section of `docs/runbook.md` has the alarm's name. */
export function recordsAlarms(foundation: Foundation, parts: RecordsParts): void {
  flowAlarms(foundation, parts);
  databaseAlarms(foundation, parts);
  queryAlarms(foundation, parts);
}

function databaseAlarms(foundation: Foundation, { database, rotation }: RecordsParts): void {
  const { alarms, settings } = foundation;
  busyDatabaseAlarm(foundation, database);
  connectionsAlarm(foundation, database, Math.floor(CONNECTIONS_PART * database.connectionsMax));
  alarms.add({
    name: 'database-memory',
    meaning: 'The database has little memory left, so it slows down, and a large query may end it',
    metric: database.metric('FreeableMemory', Stats.MINIMUM),
    threshold: FREE_MEMORY_PART * INSTANCE_SIZES[database.instanceClass].memoryGibibytes * GIBIBYTE,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 3,
  });
  alarms.add({
    name: 'database-free-storage',
    meaning: 'The storage of the database is nearly full and has not grown, and a full one takes no writes',
    metric: database.metric('FreeStorageSpace', Stats.MINIMUM),
    threshold: FREE_STORAGE_PART * settings.capacity.databaseStorageGibibytes * GIBIBYTE,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
  });
  alarms.add({
    name: 'database-write-latency',
    meaning: 'Writes to the storage of the database take long, so what comes in is stored slowly',
    metric: database.metric('WriteLatency', Stats.AVERAGE),
    threshold: WRITE_LATENCY_SECONDS,
    evaluationPeriods: 3,
  });
  alarms.add({
    name: 'database-transaction-ids',
    meaning: 'Cleaning up after transactions lags far behind; where it goes on so, the database stops taking writes',
    metric: database.metric('MaximumUsedTransactionIDs', Stats.MAXIMUM),
    threshold: TRANSACTION_IDS,
  });
  rotationAlarm(foundation, rotation);
}
