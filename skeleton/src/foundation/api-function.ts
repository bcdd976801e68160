import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcard } from './acknowledge';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';
import type { Network } from './network';
import { serviceRole } from './service-role';

export interface ApiFunctionProps {
  readonly names: Names;
  /** Names the function, `{purpose}-{suffix}`, with its log group, its security group and, before `-function`, its role. */
  readonly purpose: string;
  /** What the function is for. Shown in the account. */
  readonly description: string;
  /** What is let in and out. A new text is a new group, and its name is then taken: never change it. */
  readonly securityGroupDescription: string;
  readonly network: Network;
  /** Folder with `index.mjs`, as `bundle` makes it, which exports `handler`. */
  readonly codeDirectory: string;
  /** Environment of the function. Never a secret: names and ARNs only. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the function may do, besides writing its log and living in the network. */
  readonly statements: readonly PolicyStatement[];
  /**
   * Requests served at the same time: taken out of what the account may run, so that no other function can take it, and this one no more.
   */
  readonly reservedConcurrency: number;
  readonly dataKey: IKey;
  readonly logKey: IKey;
  readonly logRetentionDays: number;
}

/** A function behind the API: ARM64, in the private subnets, without a dead-letter queue, since it is only ever called and waited for. */
export class ApiFunction extends Construct {
  readonly function: LambdaFunction;
  readonly securityGroup: SecurityGroup;
  readonly logGroup: EncryptedLogGroup;

  constructor(scope: Construct, id: string, props: ApiFunctionProps) {
    super(scope, id);
    const { names, purpose, network, dataKey, logKey, logRetentionDays } = props;
    const functionName = names.of(purpose);
    this.logGroup = new EncryptedLogGroup(this, 'LogGroup', {
      logGroupName: `/aws/lambda/${functionName}`,
      key: logKey,
      retentionDays: logRetentionDays,
    });
    this.securityGroup = network.securityGroup(this, names, purpose, props.securityGroupDescription);
    network.allowAws(this.securityGroup);

    const role = serviceRole(this, 'Role', {
      service: 'lambda.amazonaws.com',
      roleName: names.of(`${purpose}-function`),
      checkSource: false,
    });
    const policy = new ManagedPolicy(this, 'Policy', {
      managedPolicyName: names.of(`${purpose}-function`),
      roles: [role],
      statements: [
        ...props.statements,
        new PolicyStatement({
          sid: 'WriteLog',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [this.logGroup.logGroupArn],
        }),
        new PolicyStatement({ sid: 'ReadEnvironment', actions: ['kms:Decrypt'], resources: [dataKey.keyArn] }),
        ...this.networkInterfaceStatements(functionName),
      ],
    });
    acknowledgeWildcard(
      policy,
      '*',
      'Network interfaces have no ARN before they are made, and the describing actions know no resources; the function itself is denied all of them.',
    );
    this.function = new LambdaFunction(this, 'Function', {
      functionName,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(props.codeDirectory),
      handler: 'index.handler',
      memorySize: 1024,
      timeout: Duration.seconds(28),
      reservedConcurrentExecutions: props.reservedConcurrency,
      environment: { ...props.environment },
      environmentEncryption: dataKey,
      vpc: network.vpc,
      vpcSubnets: network.privateSubnets,
      securityGroups: [this.securityGroup],
      logGroup: this.logGroup,
      // Permissions are in the managed policy above; the construct may not add AWS's wider one.
      role: role.withoutPolicyUpdates(),
    });
    this.function.node.addDependency(policy, network.endpoints);
    acknowledge(
      this.function,
      { hipaa: ['LambdaDLQ'] },
      'The function is called by API Gateway, which waits for its answer: there is no asynchronous event that could be lost.',
    );
  }

  /**
   * Lambda makes the function's network interfaces with the function's role (AWS Lambda Developer Guide, "Giving Lambda functions access
   * to resources in an Amazon VPC"). The function itself is denied them: the calls are legal only from the service.
   */
  private networkInterfaceStatements(functionName: string): PolicyStatement[] {
    const actions = [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
    ];
    const functionArn = Stack.of(this).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: functionName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    return [
      // The describing actions know no resources, and an interface has no ARN before it is made.
      new PolicyStatement({ sid: 'LiveInNetwork', actions, resources: ['*'] }),
      PolicyStatement.fromJson({
        Sid: 'ButNotFromItsCode',
        Effect: 'Deny',
        Action: actions,
        Resource: '*',
        Condition: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
      }),
    ];
  }
}
