import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { AwsLogDriverMode } from 'aws-cdk-lib/aws-ecs';
import type { FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { containerTask } from './container-task';
import type { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';
import type { Network } from './network';

export interface OperatorTaskProps {
  readonly names: Names;
  readonly network: Network;
  /** Folder with a Dockerfile, as `bundle` makes it. */
  readonly imageDirectory: string;
  /** Environment of the container. Never a secret: names and ARNs only. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the commands may do, besides writing their log. */
  readonly statements: readonly PolicyStatement[];
  readonly logKey: IKey;
  readonly logRetentionDays: number;
}

/**
 * A program that a person starts for one command (`aws ecs run-task`), on Fargate, hardened as processors are. Nothing starts it by itself;
 * who may start it is decided by IAM: `ecs:RunTask` on the task definition, and `iam:PassRole` on its two roles.
 */
export class OperatorTask extends Construct {
  readonly definition: FargateTaskDefinition;
  readonly securityGroup: SecurityGroup;
  readonly logGroup: EncryptedLogGroup;

  constructor(scope: Construct, id: string, props: OperatorTaskProps) {
    super(scope, id);
    const { names, network } = props;
    this.securityGroup = network.securityGroup(this, names, 'operator', 'Operator: nothing in; AWS and database out');
    network.allowAws(this.securityGroup);
    const { definition, logGroup } = containerTask(this, {
      ...props,
      purpose: 'operator',
      // `run-task` gives the command, which takes the place of this one.
      container: { entryPoint: ['node', '/app/index.mjs'], command: ['--help'] },
      // A line that is lost here is an answer that the person who asked does not get.
      logMode: AwsLogDriverMode.BLOCKING,
    });
    this.definition = definition;
    this.logGroup = logGroup;
  }
}
