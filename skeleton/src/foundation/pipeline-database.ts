import { RemovalPolicy } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Port } from 'aws-cdk-lib/aws-ec2';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CaCertificate, Credentials, PerformanceInsightRetention, SubnetGroup } from 'aws-cdk-lib/aws-rds';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import type { TenantSettings } from '../tenant';
import type { BackingStore } from './backing-store';
import type { Names } from './naming';
import type { Network } from './network';
import { readSecretStatements } from './secret-access';

/** PostgreSQL's own port. A literal: rules about it can then be checked before anything is deployed. */
export const DATABASE_PORT = 5432;

/** When RDS takes its daily backup and mends what must be mended: at night, an hour apart, UTC. */
export const BACKUP_WINDOW = '01:00-02:00';
export const MAINTENANCE_WINDOW = 'sun:02:30-sun:03:30';

/** Why no database of a pipeline is protected from deletion. */
export const DESTROYABLE_REASON =
  'CI must be able to destroy the stack without a hand on it. Who may do so is decided by the deploy role and by typing the suffix.';

export interface PipelineDatabaseProps {
  readonly names: Names;
  readonly network: Network;
  readonly databaseName: string;
  readonly dataKey: IKey;
  readonly logKey: IKey;
  readonly secrets: TenantSettings['secrets'];
  readonly backupRetentionDays: number;
  /** Days that the server's log is kept, which holds the audit of the database. */
  readonly auditRetentionDays: number;
}

/**
 * A PostgreSQL database of whatever kind, as its clients see it: in isolated subnets, reached from named clients only.
 *
 * The tenant's existing secret names the master user. Attaching it writes the database's address into it, which is why no two environments
 * may share one.
 */
export abstract class PipelineDatabase extends Construct implements BackingStore {
  readonly securityGroup: SecurityGroup;
  readonly databaseName: string;
  readonly secretArn: string;
  /** Key of the secret; undefined for the account's own. */
  readonly secretKeyArn: string | undefined;
  /** Host name of the server that takes writes. */
  abstract readonly host: string;
  /** Host name under which queries find a server of their own; undefined where there is none. */
  abstract readonly readerHost: string | undefined;
  /** What must be there before a client connects. */
  abstract readonly resource: IConstruct;
  /** The secret as it is attached: with the database's address in it. */
  abstract readonly attachedSecret: ISecret;
  protected readonly credentials: Credentials;
  protected readonly subnetGroup: SubnetGroup;

  constructor(scope: Construct, id: string, { names, network, databaseName, secrets }: PipelineDatabaseProps) {
    super(scope, id);
    this.databaseName = databaseName;
    this.secretArn = secrets.databaseArn;
    this.secretKeyArn = secrets.databaseKeyArn;
    this.securityGroup = network.securityGroup(this, names, 'database', 'Database: PostgreSQL from its clients only');
    this.credentials = Credentials.fromSecret(Secret.fromSecretCompleteArn(this, 'Secret', secrets.databaseArn));
    this.subnetGroup = new SubnetGroup(this, 'SubnetGroup', {
      subnetGroupName: names.of('database'),
      description: 'Isolated subnets of the pipeline',
      vpc: network.vpc,
      vpcSubnets: network.isolatedSubnets,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  /** A figure of the database, by the given statistic over five minutes. */
  abstract metric(metricName: string, statistic: string): Metric;

  environment(): Record<string, string> {
    return {
      DATABASE_HOST: this.host,
      DATABASE_PORT: `${DATABASE_PORT}`,
      DATABASE_NAME: this.databaseName,
      DATABASE_SECRET_ARN: this.secretArn,
    };
  }

  /** As {@link environment}, for a program that reads where it does not keep the writer from its work. */
  queryEnvironment(): Record<string, string> {
    return {
      ...this.environment(),
      ...(this.readerHost === undefined ? {} : { DATABASE_READER_HOST: this.readerHost }),
    };
  }

  allowFrom(client: SecurityGroup, description: string): void {
    this.securityGroup.addIngressRule(client, Port.tcp(DATABASE_PORT), description);
    client.addEgressRule(this.securityGroup, Port.tcp(DATABASE_PORT), 'PostgreSQL');
  }

  secretStatements(): PolicyStatement[] {
    return readSecretStatements(this, { arn: this.secretArn, keyArn: this.secretKeyArn });
  }
}

/** What every server of a database has: the authority that clients trust, no public address, minor upgrades, and figures under the data key. */
export function serverProps(dataKey: IKey) {
  return {
    caCertificate: CaCertificate.RDS_CA_RSA2048_G1,
    publiclyAccessible: false,
    autoMinorVersionUpgrade: true,
    enablePerformanceInsights: true,
    performanceInsightRetention: PerformanceInsightRetention.DEFAULT,
    performanceInsightEncryptionKey: dataKey,
  };
}
