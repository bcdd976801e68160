import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnRotationSchedule, HostedRotation, RotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { cfn } from './cfn';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';
import type { Network } from './network';
import type { PipelineDatabase } from './pipeline-database';
import type { Foundation } from './pipeline-parts';

/** What RDS takes in no master password, and what would have to be quoted in a connection string (Amazon RDS User Guide, "Quotas"). */
const EXCLUDED_CHARACTERS = ' /@"\'\\';

/** What the function asks of Secrets Manager (AWS Secrets Manager User Guide, "Lambda rotation function execution role permissions"). */
const ROTATION_ACTIONS = [
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetRandomPassword',
  'secretsmanager:PutSecretValue',
  'secretsmanager:UpdateSecretVersionStage',
];

export interface RotationProps {
  readonly names: Names;
  readonly network: Network;
  readonly database: PipelineDatabase;
  /** Days between two rotations. */
  readonly everyDays: number;
  readonly logKey: IKey;
  readonly logRetentionDays: number;
}

/**
 * Changes the database's password by schedule, and once when the schedule is made, which shows that it can be changed.
 *
 * The function is AWS's own for PostgreSQL with one user: it speaks to the database by TLS that it verifies, from the private subnets. Who
 * connects in the second between the change in the database and the change in the secret is refused, reads the secret again and gets in.
 * AWS writes the function, its role and its permission into a stack nested in this one when it is deployed, by the template's transform: so
 * they take this stack's tags and go with it, and AWS keeps the code. Here are the name, the log group, the network and the key.
 */
export class Rotation extends Construct {
  readonly functionName: string;

  constructor(scope: Construct, id: string, props: RotationProps) {
    super(scope, id);
    const { names, network, database, everyDays, logKey, logRetentionDays } = props;
    this.functionName = names.of('database-rotation');
    const logGroup = new EncryptedLogGroup(this, 'LogGroup', {
      logGroupName: `/aws/lambda/${this.functionName}`,
      key: logKey,
      retentionDays: logRetentionDays,
    });
    const securityGroup = network.securityGroup(
      this,
      names,
      'database-rotation',
      'Rotation: nothing in; Secrets Manager and database out',
    );
    network.allowAws(securityGroup);
    network.endpoints.allowSecretsManager(ROTATION_ACTIONS);
    database.allowFrom(securityGroup, 'Rotation');

    const schedule = new RotationSchedule(this, 'Schedule', {
      // As attached to the database: then the secret has the address that the function connects to.
      secret: database.attachedSecret,
      automaticallyAfter: Duration.days(everyDays),
      hostedRotation: HostedRotation.postgreSqlSingleUser({
        functionName: this.functionName,
        vpc: network.vpc,
        vpcSubnets: network.privateSubnets,
        securityGroups: [securityGroup],
        excludeCharacters: EXCLUDED_CHARACTERS,
      }),
      rotateImmediatelyOnUpdate: true,
    });
    if (database.secretKeyArn !== undefined) {
      // CDK cannot tell the key of an imported secret; without it the function may not decrypt what it changes.
      cfn(schedule, CfnRotationSchedule).addPropertyOverride('HostedRotationLambda.KmsKeyArn', database.secretKeyArn);
    }
    // The first rotation begins when the schedule is there: the instances, the way to them and the log group come before it.
    schedule.node.addDependency(database.resource, database.securityGroup, securityGroup, network.endpoints, logGroup);
  }
}

/** None where the secret's owner changes the password. */
export function rotationOf(
  { scope, settings, names, keys, network }: Foundation,
  database: PipelineDatabase,
): Rotation | undefined {
  if (settings.secrets.rotation === 'managedElsewhere') return undefined;
  return new Rotation(scope, 'Rotation', {
    names,
    network,
    database,
    everyDays: settings.secrets.rotationDays,
    logKey: keys.telemetry,
    logRetentionDays: settings.compliance.logRetentionDays,
  });
}
