import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  AuroraPostgresEngineVersion,
  ClusterInstance,
  DatabaseCluster,
  DatabaseClusterEngine,
  ParameterGroup,
} from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { NAMED_ZONES_REASON } from './availability-zones';
import { databaseMonitoringRole } from './database-monitoring';
import { DATABASE_PARAMETERS } from './database-parameters';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';
import {
  BACKUP_WINDOW,
  DATABASE_PORT,
  DESTROYABLE_REASON,
  MAINTENANCE_WINDOW,
  PipelineDatabase,
  serverProps,
} from './pipeline-database';
import type { PipelineDatabaseProps } from './pipeline-database';
import { ReaderScaling } from './reader-scaling';

/** Aurora capacity units: 2 GiB of memory each, with processor and network to match. */
export const CAPACITY_UNITS_MIN = 2;
const CAPACITY_UNITS_AT_LEAST_MAX = 8;
const CAPACITY_UNITS_LIMIT = 128;
/** A quarter of what a unit was measured to store, so that reads and maintenance have their share. */
export const EVENTS_PER_SECOND_PER_CAPACITY_UNIT = 250;

/** One for the writer and for each of the fifteen readers that Aurora takes: ends their names. */
const INSTANCE_LETTERS = 'abcdefghijklmnop';

/** How far a database may scale up for a peak rate, in Aurora capacity units. */
export function capacityUnitsMax(peakEventsPerSecond: number): number {
  const needed = Math.ceil(peakEventsPerSecond / EVENTS_PER_SECOND_PER_CAPACITY_UNIT);
  return Math.min(CAPACITY_UNITS_LIMIT, Math.max(CAPACITY_UNITS_AT_LEAST_MAX, needed));
}

/** Memory of a capacity unit, memory that Aurora reckons for a connection, and the most that it takes of them. */
const BYTES_PER_CAPACITY_UNIT = 2 * 1024 ** 3;
const BYTES_PER_CONNECTION = 9_531_392;
const CONNECTIONS_LIMIT = 5_000;
/** What Aurora keeps of the memory for itself, about. */
const MEMORY_PART_OF_CONNECTIONS = 0.9;

/**
 * Connections that a server takes which may grow to some capacity, a little less than its own table says (Amazon Aurora User Guide, "Maximum
 * connections for Aurora Serverless v2").
 */
export function connectionsMax(capacityUnits: number): number {
  const memoryBytes = capacityUnits * BYTES_PER_CAPACITY_UNIT * MEMORY_PART_OF_CONNECTIONS;
  return Math.min(CONNECTIONS_LIMIT, Math.floor(memoryBytes / BYTES_PER_CONNECTION));
}

export interface DatabaseProps extends PipelineDatabaseProps {
  readonly peakEventsPerSecond: number;
  /** Readers that always run, and how many there may be while queries need them. */
  readonly readers: { readonly min: number; readonly max: number };
}

/** Aurora PostgreSQL 17, Serverless v2: a writer and readers in different zones, any of which can be lost. */
export class Database extends PipelineDatabase {
  readonly cluster: DatabaseCluster;
  readonly capacityUnitsMax: number;

  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id, props);
    const { names, network, dataKey, logKey } = props;
    this.capacityUnitsMax = capacityUnitsMax(props.peakEventsPerSecond);

    const clusterName = names.of('database');
    const logGroup = new EncryptedLogGroup(this, 'LogGroup', {
      logGroupName: `/aws/rds/cluster/${clusterName}/postgresql`,
      key: logKey,
      retentionDays: props.auditRetentionDays,
    });
    const zones = Stack.of(this).availabilityZones;
    const place = (position: number) => ({
      ...serverProps(dataKey),
      instanceIdentifier: names.of(`database-${INSTANCE_LETTERS.charAt(position)}`),
      availabilityZone: zones[position % zones.length],
    });
    this.cluster = new DatabaseCluster(this, 'Cluster', {
      clusterIdentifier: clusterName,
      engine: DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_17_7 }),
      credentials: this.credentials,
      defaultDatabaseName: props.databaseName,
      port: DATABASE_PORT,
      vpc: network.vpc,
      securityGroups: [this.securityGroup],
      subnetGroup: this.subnetGroup,
      parameterGroup: this.parameterGroup(names),
      writer: ClusterInstance.serverlessV2('Writer', place(0)),
      readers: Array.from({ length: props.readers.min }, (_, index) =>
        ClusterInstance.serverlessV2(index === 0 ? 'Reader' : `Reader${index + 1}`, {
          ...place(index + 1),
          // The first, to which a failover goes, scales with the writer, so that it does not land on a small one.
          scaleWithWriter: index === 0,
        }),
      ),
      serverlessV2MinCapacity: CAPACITY_UNITS_MIN,
      serverlessV2MaxCapacity: this.capacityUnitsMax,
      storageEncrypted: true,
      storageEncryptionKey: dataKey,
      iamAuthentication: true,
      backup: { retention: Duration.days(props.backupRetentionDays), preferredWindow: BACKUP_WINDOW },
      preferredMaintenanceWindow: MAINTENANCE_WINDOW,
      copyTagsToSnapshot: true,
      cloudwatchLogsExports: ['postgresql'],
      monitoringInterval: Duration.minutes(1),
      monitoringRole: databaseMonitoringRole(this, names),
      deletionProtection: false,
      deleteAutomatedBackups: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.cluster.node.addDependency(logGroup);
    if (props.readers.max > props.readers.min) {
      new ReaderScaling(this, 'ReaderScaling', {
        names,
        cluster: this.cluster,
        clusterIdentifier: clusterName,
        readersMin: props.readers.min,
        readersMax: props.readers.max,
      });
    }
    this.acknowledgeFindings();
  }

  get host(): string {
    return this.cluster.clusterEndpoint.hostname;
  }

  /** The readers, each in its turn; the writer while there is none. */
  get readerHost(): string {
    return this.cluster.clusterReadEndpoint.hostname;
  }

  get resource(): DatabaseCluster {
    return this.cluster;
  }

  get attachedSecret(): ISecret {
    const { secret } = this.cluster;
    if (secret === undefined) throw new Error(`${this.cluster.node.path} no longer has its secret.`);
    return secret;
  }

  metric(metricName: string, statistic: string): Metric {
    return this.cluster.metric(metricName, { statistic, period: Duration.minutes(5) });
  }

  private parameterGroup(names: Names): ParameterGroup {
    return new ParameterGroup(this, 'Parameters', {
      name: names.of('database'),
      description: 'TLS only; audit by pgaudit; no statement text in the log',
      engine: DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_17_7 }),
      parameters: { ...DATABASE_PARAMETERS },
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  private acknowledgeFindings(): void {
    acknowledge(this.cluster, { template: ['W3010'] }, NAMED_ZONES_REASON);
    acknowledge(
      this.cluster,
      { hipaa: ['RDSInstanceDeletionProtectionEnabled'], solutions: ['RDS10'] },
      DESTROYABLE_REASON,
    );
    acknowledge(
      this.cluster,
      { hipaa: ['RDSInBackupPlan'] },
      'Aurora backs itself up continuously, for the days set in compliance.backupRetentionDays; a vault with recovery points could not be destroyed with the stack.',
    );
  }
}
