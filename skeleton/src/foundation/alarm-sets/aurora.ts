import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { busyDatabaseAlarm, connectionsAlarm, rotationAlarm } from './database';
import type { Database } from '../database';
import type { Foundation } from '../pipeline-parts';
import type { Rotation } from '../rotation';

/** What an Aurora database is watched by. */
export interface AuroraParts {
  readonly database: Database;
  /** None where the secret's owner changes the password. */
  readonly rotation: Rotation | undefined;
}

/**
 * Connections that wake somebody: several times what processors and API open, and about half of what the smallest database that we make
 * takes, which can grow to eight capacity units (Aurora User Guide, "Maximum connections for Aurora Serverless v2").
 */
const CONNECTIONS_ALARM = 800;

/** Temporary storage below which sorts and index builds begin to fail. */
const FREE_LOCAL_STORAGE_MIN_BYTES = 2 * 1024 ** 3;

/** Figures that one instance reports in five minutes: one a minute (Aurora User Guide, "Instance-level metrics"). One may come late. */
const REPORTS_OF_A_READER_MIN = 4;

/** The database stores at once what is committed, answers queries from a reader, and its password is changed as often as was set. */
export function auroraAlarms(
  foundation: Foundation,
  { database, rotation }: AuroraParts,
  connectionsThreshold = CONNECTIONS_ALARM,
): void {
  const { alarms } = foundation;
  busyDatabaseAlarm(foundation, database);
  alarms.add({
    name: 'database-capacity',
    meaning: 'The database has scaled up nearly as far as it may',
    metric: database.metric('ACUUtilization', Stats.MAXIMUM),
    threshold: 90,
    evaluationPeriods: 3,
  });
  connectionsAlarm(foundation, database, connectionsThreshold);
  alarms.add({
    name: 'database-storage',
    meaning: 'The database has little temporary storage left, so large sorts and index builds will fail',
    metric: database.metric('FreeLocalStorage', Stats.MINIMUM),
    threshold: FREE_LOCAL_STORAGE_MIN_BYTES,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
  });
  alarms.add({
    name: 'database-replica-lag',
    meaning: 'The reader lags behind the writer by seconds, so queries are answered by what was stored seconds ago',
    metric: database.metric('AuroraReplicaLagMaximum', Stats.MAXIMUM),
    threshold: Duration.seconds(2).toMilliseconds(),
    evaluationPeriods: 3,
  });
  alarms.add({
    name: 'database-readers',
    meaning:
      'No reader of the database runs, so the writer has nobody to take its place and the queries beside its own work',
    metric: database.metric('CPUUtilization', Stats.SAMPLE_COUNT).with({
      dimensionsMap: { DBClusterIdentifier: database.cluster.clusterIdentifier, Role: 'READER' },
    }),
    threshold: REPORTS_OF_A_READER_MIN,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 2,
    missingData: TreatMissingData.BREACHING,
  });
  alarms.add({
    name: 'database-deadlocks',
    meaning: 'Statements of the database block each other for good, so some are ended and must be repeated',
    metric: database.metric('Deadlocks', Stats.MAXIMUM),
    threshold: 0,
    evaluationPeriods: 3,
  });
  rotationAlarm(foundation, rotation);
}
