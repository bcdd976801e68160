import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import {
  DatabaseInstance,
  DatabaseInstanceEngine,
  ParameterGroup,
  PostgresEngineVersion,
  StorageType,
} from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { TenantSettings } from '../tenant';
import { acknowledge } from './acknowledge';
import { databaseMonitoringRole } from './database-monitoring';
import { DATABASE_PARAMETERS } from './database-parameters';
import { connectionsMax, instanceClass } from './instance-size';
import type { DatabaseInstanceClass } from './instance-size';
import { EncryptedLogGroup } from './log-group';
import {
  BACKUP_WINDOW,
  DATABASE_PORT,
  DESTROYABLE_REASON,
  MAINTENANCE_WINDOW,
  PipelineDatabase,
  serverProps,
} from './pipeline-database';
import type { PipelineDatabaseProps } from './pipeline-database';

/** The logs that RDS for PostgreSQL exports, each to a group of its own. */
const EXPORTED_LOGS = ['postgresql', 'upgrade'] as const;

/** RDS's own limit, in GiB (Amazon RDS User Guide, "Amazon RDS DB instance storage"). */
const STORAGE_LIMIT_GIBIBYTES = 65_536;
/** How far storage may grow by default, as a multiple of what there is at first. */
const STORAGE_GROWTH = 10;
/** The least by which the limit must be above the storage (Amazon RDS User Guide, "Managing capacity automatically"). */
const STORAGE_GROWTH_MIN = 1.1;

export interface InstanceDatabaseProps extends PipelineDatabaseProps {
  readonly peakEventsPerSecond: number;
  /** Class and storage, as set. */
  readonly capacity: Pick<
    TenantSettings['capacity'],
    'databaseInstanceClass' | 'databaseStorageGibibytes' | 'databaseStorageMaxGibibytes'
  >;
}

/**
 * RDS for PostgreSQL 17 as a Multi-AZ instance: what is committed is in two zones, and the standby takes over within a minute or two, under
 * the same host name. The standby answers no queries.
 */
export class InstanceDatabase extends PipelineDatabase {
  readonly instance: DatabaseInstance;
  readonly instanceClass: DatabaseInstanceClass;
  /** Connections that the server takes. */
  readonly connectionsMax: number;
  readonly readerHost = undefined;

  constructor(scope: Construct, id: string, props: InstanceDatabaseProps) {
    super(scope, id, props);
    const { names, network, dataKey, capacity } = props;
    this.instanceClass = capacity.databaseInstanceClass ?? instanceClass(props.peakEventsPerSecond);
    this.connectionsMax = connectionsMax(this.instanceClass);
    const instanceIdentifier = names.of('database');
    const logGroups = EXPORTED_LOGS.map(
      (log) =>
        new EncryptedLogGroup(this, `LogGroup-${log}`, {
          logGroupName: `/aws/rds/instance/${instanceIdentifier}/${log}`,
          key: props.logKey,
          retentionDays: props.auditRetentionDays,
        }),
    );
    const engine = DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.VER_17_7 });
    this.instance = new DatabaseInstance(this, 'Instance', {
      ...serverProps(dataKey),
      instanceIdentifier,
      engine,
      instanceType: new InstanceType(this.instanceClass),
      multiAz: true,
      credentials: this.credentials,
      databaseName: props.databaseName,
      port: DATABASE_PORT,
      vpc: network.vpc,
      securityGroups: [this.securityGroup],
      subnetGroup: this.subnetGroup,
      parameterGroup: new ParameterGroup(this, 'Parameters', {
        name: names.of('database'),
        description: 'TLS only; audit by pgaudit; no statement text in the log',
        engine,
        parameters: { ...DATABASE_PARAMETERS },
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      storageType: StorageType.GP3,
      ...storage(capacity),
      storageEncrypted: true,
      storageEncryptionKey: dataKey,
      iamAuthentication: true,
      backupRetention: Duration.days(props.backupRetentionDays),
      preferredBackupWindow: BACKUP_WINDOW,
      preferredMaintenanceWindow: MAINTENANCE_WINDOW,
      copyTagsToSnapshot: true,
      cloudwatchLogsExports: [...EXPORTED_LOGS],
      monitoringInterval: Duration.minutes(1),
      monitoringRole: databaseMonitoringRole(this, names),
      deletionProtection: false,
      deleteAutomatedBackups: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.instance.node.addDependency(...logGroups);
    acknowledge(
      this.instance,
      { hipaa: ['RDSInstanceDeletionProtectionEnabled'], solutions: ['RDS10'] },
      DESTROYABLE_REASON,
    );
    acknowledge(
      this.instance,
      { solutions: ['RDS11'] },
      'Another port hides nothing: only the security groups of the named clients reach the database at all, and they by TLS.',
    );
    acknowledge(
      this.instance,
      { hipaa: ['RDSInBackupPlan'] },
      'RDS backs the instance up daily and keeps its log for any time between, for the days set in compliance.backupRetentionDays; a vault with recovery points could not be destroyed with the stack.',
    );
  }

  get host(): string {
    return this.instance.dbInstanceEndpointAddress;
  }

  get resource(): DatabaseInstance {
    return this.instance;
  }

  get attachedSecret(): ISecret {
    const { secret } = this.instance;
    if (secret === undefined) throw new Error(`${this.instance.node.path} no longer has its secret.`);
    return secret;
  }

  metric(metricName: string, statistic: string): Metric {
    return this.instance.metric(metricName, { statistic, period: Duration.minutes(5) });
  }
}

/** Storage at first, and as large as it may grow by itself: the same where the settings leave no room. */
export function storageLimits({
  databaseStorageGibibytes: firstGibibytes,
  databaseStorageMaxGibibytes,
}: InstanceDatabaseProps['capacity']): { readonly firstGibibytes: number; readonly mostGibibytes: number } {
  const most = databaseStorageMaxGibibytes ?? Math.min(STORAGE_LIMIT_GIBIBYTES, STORAGE_GROWTH * firstGibibytes);
  return { firstGibibytes, mostGibibytes: most >= STORAGE_GROWTH_MIN * firstGibibytes ? most : firstGibibytes };
}

function storage(capacity: InstanceDatabaseProps['capacity']) {
  const { firstGibibytes, mostGibibytes } = storageLimits(capacity);
  const grows = mostGibibytes > firstGibibytes;
  return { allocatedStorage: firstGibibytes, ...(grows ? { maxAllocatedStorage: mostGibibytes } : {}) };
}
