import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Port } from 'aws-cdk-lib/aws-ec2';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  AuroraPostgresEngineVersion,
  CaCertificate,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
  ParameterGroup,
  PerformanceInsightRetention,
  SubnetGroup,
} from 'aws-cdk-lib/aws-rds';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { TenantSettings } from '../tenant';
import { acknowledge } from './acknowledge';
import { NAMED_ZONES_REASON } from './availability-zones';
import { databaseMonitoringRole } from './database-monitoring';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';
import type { Network } from './network';

/** PostgreSQL's own port. A literal: rules about it can then be checked before anything is deployed. */
export const DATABASE_PORT = 5432;

/** Aurora capacity units: 2 GiB of memory each, with processor and network to match. */
const CAPACITY_UNITS_MIN = 2;
const CAPACITY_UNITS_AT_LEAST_MAX = 8;
const CAPACITY_UNITS_LIMIT = 128;
/** A quarter of what a unit was measured to store, so that reads and maintenance have their share. */
const EVENTS_PER_SECOND_PER_CAPACITY_UNIT = 250;

/** How far a database may scale up for a peak rate, in Aurora capacity units. */
export function capacityUnitsMax(peakEventsPerSecond: number): number {
  const needed = Math.ceil(peakEventsPerSecond / EVENTS_PER_SECOND_PER_CAPACITY_UNIT);
  return Math.min(CAPACITY_UNITS_LIMIT, Math.max(CAPACITY_UNITS_AT_LEAST_MAX, needed));
}

/**
 * Settings of the server. TLS is the only way in; and what it writes to its log is who connected, what changed the schema and which
 * errors happened, never a statement's text or parameters, since those hold patient data.
 */
export const DATABASE_PARAMETERS = {
  'rds.force_ssl': '1',
  ssl_min_protocol_version: 'TLSv1.2',
  log_connections: '1',
  log_disconnections: '1',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_min_error_statement: 'panic',
  // Without DETAIL, which quotes the values of a row that broke a constraint.
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
} as const;

export interface DatabaseProps {
  readonly names: Names;
  readonly network: Network;
  readonly databaseName: string;
  readonly dataKey: IKey;
  readonly logKey: IKey;
  readonly secrets: TenantSettings['secrets'];
  readonly peakEventsPerSecond: number;
  readonly backupRetentionDays: number;
  readonly logRetentionDays: number;
}

/**
 * Aurora PostgreSQL 17, Serverless v2: a writer and a reader in different zones, either of which can be lost.
 *
 * The tenant's existing secret names the master user. Attaching it writes the cluster's address into it, which is why no two environments
 * may share one.
 */
export class Database extends Construct {
  readonly cluster: DatabaseCluster;
  readonly securityGroup: SecurityGroup;
  readonly databaseName: string;
  readonly secretArn: string;
  readonly capacityUnitsMax: number;
  private readonly secretKeyArn: string | undefined;

  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    const { names, network, dataKey, logKey, secrets } = props;
    this.databaseName = props.databaseName;
    this.secretArn = secrets.databaseArn;
    this.secretKeyArn = secrets.databaseKeyArn;
    this.capacityUnitsMax = capacityUnitsMax(props.peakEventsPerSecond);
    this.securityGroup = network.securityGroup(this, names, 'database', 'Database: PostgreSQL from its clients only');

    const clusterName = names.of('database');
    const logGroup = new EncryptedLogGroup(this, 'LogGroup', {
      logGroupName: `/aws/rds/cluster/${clusterName}/postgresql`,
      key: logKey,
      retentionDays: props.logRetentionDays,
    });
    const instance = {
      caCertificate: CaCertificate.RDS_CA_RSA2048_G1,
      publiclyAccessible: false,
      autoMinorVersionUpgrade: true,
      enablePerformanceInsights: true,
      performanceInsightRetention: PerformanceInsightRetention.DEFAULT,
      performanceInsightEncryptionKey: dataKey,
    };
    const [writerZone, readerZone] = Stack.of(this).availabilityZones;
    if (writerZone === undefined || readerZone === undefined) throw new Error('The database needs two zones.');
    this.cluster = new DatabaseCluster(this, 'Cluster', {
      clusterIdentifier: clusterName,
      engine: DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_17_7 }),
      credentials: Credentials.fromSecret(Secret.fromSecretCompleteArn(this, 'Secret', secrets.databaseArn)),
      defaultDatabaseName: props.databaseName,
      port: DATABASE_PORT,
      vpc: network.vpc,
      securityGroups: [this.securityGroup],
      subnetGroup: new SubnetGroup(this, 'SubnetGroup', {
        subnetGroupName: names.of('database'),
        description: 'Isolated subnets of the pipeline',
        vpc: network.vpc,
        vpcSubnets: network.isolatedSubnets,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      parameterGroup: this.parameterGroup(names),
      writer: ClusterInstance.serverlessV2('Writer', {
        ...instance,
        instanceIdentifier: names.of('database-a'),
        availabilityZone: writerZone,
      }),
      readers: [
        ClusterInstance.serverlessV2('Reader', {
          ...instance,
          instanceIdentifier: names.of('database-b'),
          availabilityZone: readerZone,
          // Scales with the writer, so that a failover does not land on a small one.
          scaleWithWriter: true,
        }),
      ],
      serverlessV2MinCapacity: CAPACITY_UNITS_MIN,
      serverlessV2MaxCapacity: this.capacityUnitsMax,
      storageEncrypted: true,
      storageEncryptionKey: dataKey,
      iamAuthentication: true,
      backup: { retention: Duration.days(props.backupRetentionDays), preferredWindow: '01:00-02:00' },
      preferredMaintenanceWindow: 'sun:02:30-sun:03:30',
      copyTagsToSnapshot: true,
      cloudwatchLogsExports: ['postgresql'],
      monitoringInterval: Duration.minutes(1),
      monitoringRole: databaseMonitoringRole(this, names),
      deletionProtection: false,
      deleteAutomatedBackups: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.cluster.node.addDependency(logGroup);
    this.acknowledgeFindings();
  }

  /** Lets a client reach the database, and the database be reached by it. */
  allowFrom(client: SecurityGroup, description: string): void {
    this.securityGroup.addIngressRule(client, Port.tcp(DATABASE_PORT), description);
    client.addEgressRule(this.securityGroup, Port.tcp(DATABASE_PORT), 'PostgreSQL');
  }

  /** What a client must be allowed to read the secret. */
  secretStatements(): PolicyStatement[] {
    const read = new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.secretArn] });
    if (this.secretKeyArn === undefined) return [read];
    // CDK drops this grant silently, since it cannot tell the key of an imported secret.
    const decrypt = new PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: [this.secretKeyArn],
      conditions: {
        StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(this).region}.amazonaws.com` },
      },
    });
    return [read, decrypt];
  }

  private parameterGroup(names: Names): ParameterGroup {
    return new ParameterGroup(this, 'Parameters', {
      name: names.of('database'),
      description: 'TLS only; no statement text in the log',
      engine: DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_17_7 }),
      parameters: { ...DATABASE_PARAMETERS },
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  private acknowledgeFindings(): void {
    acknowledge(this.cluster, { template: ['W3010'] }, NAMED_ZONES_REASON);
    const destroyable =
      'CI must be able to destroy the stack without a hand on it. Who may do so is decided by the deploy role and by typing the suffix.';
    acknowledge(this.cluster, { hipaa: ['RDSInstanceDeletionProtectionEnabled'], solutions: ['RDS10'] }, destroyable);
    acknowledge(
      this.cluster,
      { hipaa: ['RDSInBackupPlan'] },
      'Aurora backs itself up continuously, for the days set in compliance.backupRetentionDays; a vault with recovery points could not be destroyed with the stack.',
    );
  }
}
