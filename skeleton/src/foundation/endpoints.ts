import { Stack, Tags } from 'aws-cdk-lib';
import {
  GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  Peer,
  Port,
  SecurityGroup,
} from 'aws-cdk-lib/aws-ec2';
import type { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Names } from './naming';
import { NETWORK_CIDR } from './network-cidr';

/** What a task or function may ask of each service through this network: what the pipeline calls, and no more. */
const INTERFACE_ENDPOINTS = {
  KinesisStreams: {
    service: InterfaceVpcEndpointAwsService.KINESIS_STREAMS,
    actions: ['kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:ListShards', 'kinesis:PutRecords'],
  },
  SecretsManager: {
    service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    actions: ['secretsmanager:GetSecretValue'],
  },
  Logs: {
    service: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  },
  EcrApi: {
    service: InterfaceVpcEndpointAwsService.ECR,
    actions: [
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:GetAuthorizationToken',
      'ecr:GetDownloadUrlForLayer',
    ],
  },
  EcrDocker: {
    service: InterfaceVpcEndpointAwsService.ECR_DOCKER,
    actions: [
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:GetAuthorizationToken',
      'ecr:GetDownloadUrlForLayer',
    ],
  },
} as const;

export interface EndpointsProps {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  readonly names: Names;
}

/**
 * The doors of the network to AWS. Each serves this account's principals only, so credentials of another account cannot carry data
 * out through them. CloudWatch has none, since metrics leave as log lines; and KMS only where a program asks it by itself: Kinesis, Secrets
 * Manager, S3 and RDS call it on their own.
 */
export class Endpoints extends Construct {
  private readonly s3: GatewayVpcEndpoint;
  private readonly interfaces = new Map<string, InterfaceVpcEndpoint>();
  private readonly securityGroup: SecurityGroup;
  private readonly props: EndpointsProps;

  constructor(scope: Construct, id: string, { vpc, subnets, names }: EndpointsProps) {
    super(scope, id);
    const { partition, region } = Stack.of(this);

    this.props = { vpc, subnets, names };
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      securityGroupName: names.of('endpoints'),
      description: 'Interface endpoints: TLS from within the network',
      allowAllOutbound: false,
    });
    this.securityGroup.addIngressRule(Peer.ipv4(NETWORK_CIDR), Port.tcp(443), 'TLS from within the network');

    for (const [name, { service, actions }] of Object.entries(INTERFACE_ENDPOINTS)) {
      this.addInterface(name, service, actions);
    }

    this.s3 = new GatewayVpcEndpoint(this, 'S3', {
      vpc,
      service: GatewayVpcEndpointAwsService.S3,
      subnets: [subnets],
    });
    this.s3.addToPolicy(
      new PolicyStatement({
        // ECR keeps image layers in a bucket of its own (Amazon ECR User Guide, "Minimum Amazon S3 Bucket Permissions").
        principals: [new AnyPrincipal()],
        actions: ['s3:GetObject'],
        resources: [`arn:${partition}:s3:::prod-${region}-starport-layer-bucket/*`],
      }),
    );
    Tags.of(this.s3).add('Name', names.of('endpoint-s3'));
  }

  /** Lets this account's principals ask more of Secrets Manager through this network than to read a secret. */
  allowSecretsManager(actions: readonly string[]): void {
    this.allow('SecretsManager' satisfies keyof typeof INTERFACE_ENDPOINTS, actions);
  }

  /** Opens a door to KMS, for some calls with one key. */
  addKms(actions: readonly string[], keyArn: string): void {
    this.addInterface('Kms', InterfaceVpcEndpointAwsService.KMS, actions, keyArn);
  }

  /** Lets this account's principals do something with objects of S3 through this network. */
  allowS3(actions: readonly string[], objects: string): void {
    this.s3.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: [...actions],
        resources: [objects],
        conditions: { StringEquals: { 'aws:PrincipalAccount': Stack.of(this).account } },
      }),
    );
  }

  private addInterface(
    name: string,
    service: InterfaceVpcEndpointAwsService,
    actions: readonly string[],
    resource?: string,
  ): void {
    const { vpc, subnets, names } = this.props;
    const endpoint = new InterfaceVpcEndpoint(this, name, {
      vpc,
      service,
      subnets,
      securityGroups: [this.securityGroup],
      // CDK would add a rule with the network's address as a token, which no checker can read.
      open: false,
      privateDnsEnabled: true,
    });
    this.interfaces.set(name, endpoint);
    this.allow(name, actions, resource);
    Tags.of(endpoint).add('Name', names.of(`endpoint-${name.replace(/\B[A-Z]/g, '-$&').toLowerCase()}`));
  }

  private allow(name: string, actions: readonly string[], resource = '*'): void {
    this.interfaces.get(name)?.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: [...actions],
        resources: [resource],
        conditions: { StringEquals: { 'aws:PrincipalAccount': Stack.of(this).account } },
      }),
    );
  }
}
