import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Port } from 'aws-cdk-lib/aws-ec2';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
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
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { TenantSettings } from '../tenant';
import { acknowledge } from './acknowledge';
import { NAMED_ZONES_REASON } from './availability-zones';
import { databaseMonitoringRole } from './database-monitoring';
import { DATABASE_PARAMETERS } from './database-parameters';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';
import type { Network } from './network';
import { ReaderScaling } from './reader-scaling';
import { readSecretStatements } from './secret-access';

/** PostgreSQL's own port. A literal: rules about it can then be checked before anything is deployed. */
export const DATABASE_PORT = 5432;

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

export interface DatabaseProps {
  readonly names: Names;
  readonly network: Network;
  readonly databaseName: string;
  readonly dataKey: IKey;
  readonly logKey: IKey;
  readonly secrets: TenantSettings['secrets'];
  readonly peakEventsPerSecond: number;
  /** Readers that always run, and how many there may be while queries need them. */
  readonly readers: { readonly min: number; readonly max: number };
  readonly backupRetentionDays: number;
  /** Days that the server's log is kept, which holds the audit of the database. */
  readonly auditRetentionDays: number;
}

/**
 * Aurora PostgreSQL 17, Serverless v2: a writer and readers in different zones, any of which can be lost.
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
  /** Key of the secret; undefined for the account's own. */
  readonly secretKeyArn: string | undefined;

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
      retentionDays: props.auditRetentionDays,
    });
    const instance = {
      caCertificate: CaCertificate.RDS_CA_RSA2048_G1,
      publiclyAccessible: false,
      autoMinorVersionUpgrade: true,
      enablePerformanceInsights: true,
      performanceInsightRetention: PerformanceInsightRetention.DEFAULT,
      performanceInsightEncryptionKey: dataKey,
    };
    const zones = Stack.of(this).availabilityZones;
    const place = (position: number) => ({
      ...instance,
      instanceIdentifier: names.of(`database-${INSTANCE_LETTERS.charAt(position)}`),
      availabilityZone: zones[position % zones.length],
    });
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

  /** Lets a client reach the database, and the database be reached by it. */
  allowFrom(client: SecurityGroup, description: string): void {
    this.securityGroup.addIngressRule(client, Port.tcp(DATABASE_PORT), description);
    client.addEgressRule(this.securityGroup, Port.tcp(DATABASE_PORT), 'PostgreSQL');
  }

  /** What a client must be allowed to read the secret. */
  secretStatements(): PolicyStatement[] {
    return readSecretStatements(this, { arn: this.secretArn, keyArn: this.secretKeyArn });
  }

  /** The secret as it is attached: with the cluster's address in it. */
  get attachedSecret(): ISecret {
    const { secret } = this.cluster;
    if (secret === undefined) throw new Error(`${this.cluster.node.path} no longer has its secret.`);
    return secret;
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
