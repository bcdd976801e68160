import { Stack, Token } from 'aws-cdk-lib';
import {
  CfnRoute,
  FlowLogDestination,
  FlowLogTrafficType,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { ISubnet, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { TenantSettings } from '../tenant';
import { acknowledge } from './acknowledge';
import { NAMED_ZONES_REASON } from './availability-zones';
import { Endpoints } from './endpoints';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';
import { NETWORK_CIDR } from './network-cidr';
import { serviceRole } from './service-role';

export interface NetworkProps {
  readonly names: Names;
  readonly egress: TenantSettings['aws']['egress'];
  readonly logKey: IKey;
  readonly logRetentionDays: number;
}

/**
 * A network over three zones, each with three subnets: `public` (empty, or the NAT gateways), `private` (tasks, functions and the
 * endpoints through which they reach AWS) and `isolated` (the database).
 *
 * With egress `endpoints`, private subnets have no route out of the network; with `nat`, each has one through its own zone.
 */
export class Network extends Construct {
  readonly vpc: Vpc;
  /** Where tasks and functions run. */
  readonly privateSubnets: SubnetSelection = { subnetGroupName: 'private' };
  /** Where the database runs: no route but within the network. */
  readonly isolatedSubnets: SubnetSelection = { subnetGroupName: 'isolated' };
  readonly endpoints: Endpoints;

  constructor(scope: Construct, id: string, { names, egress, logKey, logRetentionDays }: NetworkProps) {
    super(scope, id);
    this.vpc = new Vpc(this, 'Vpc', {
      vpcName: names.of('vpc'),
      ipAddresses: IpAddresses.cidr(NETWORK_CIDR),
      maxAzs: 3,
      natGateways: egress === 'nat' ? 3 : 0,
      restrictDefaultSecurityGroup: true,
      subnetConfiguration: [
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        {
          name: 'private',
          subnetType: egress === 'nat' ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED,
          cidrMask: 20,
        },
        { name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
    });
    acknowledge(this.vpc, { template: ['W3010'] }, NAMED_ZONES_REASON);
    for (const subnet of this.vpc.publicSubnets) acknowledgeRoute(subnet, publicRouteReason(egress));
    this.endpoints = new Endpoints(this, 'Endpoints', { vpc: this.vpc, subnets: this.privateSubnets, names });
    this.addFlowLog(names, logKey, logRetentionDays);
  }

  /** A security group that lets nothing in and, until told otherwise, nothing out. */
  securityGroup(scope: Construct, names: Names, resourceType: string, description: string): SecurityGroup {
    return new SecurityGroup(scope, 'SecurityGroup', {
      vpc: this.vpc,
      securityGroupName: names.of(resourceType),
      description,
      allowAllOutbound: false,
    });
  }

  /**
   * Lets a group speak TLS to AWS. The group allows any address, since the ones of S3 are not in the network; what can be reached is
   * decided by the routes: the endpoints, and nothing else unless the tenant chose NAT gateways.
   */
  allowAws(group: SecurityGroup): void {
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'AWS, through the endpoints of this network');
  }

  private addFlowLog(names: Names, key: IKey, retentionDays: number): void {
    const logGroup = new EncryptedLogGroup(this, 'FlowLogGroup', {
      logGroupName: `/pipeline/${names.of('flow-log')}`,
      key,
      retentionDays,
    });
    const role = serviceRole(this, 'FlowLogRole', {
      service: 'vpc-flow-logs.amazonaws.com',
      roleName: names.of('flow-log'),
      sourceArn: Stack.of(this).formatArn({ service: 'ec2', resource: 'vpc-flow-log', resourceName: '*' }),
    });
    const policy = new ManagedPolicy(this, 'FlowLogPolicy', {
      managedPolicyName: names.of('flow-log'),
      roles: [role],
      statements: [
        new PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
          resources: [logGroup.logGroupArn],
        }),
      ],
    });
    const flowLog = this.vpc.addFlowLog('FlowLog', {
      destination: FlowLogDestination.toCloudWatchLogs(logGroup, role.withoutPolicyUpdates()),
      trafficType: FlowLogTrafficType.ALL,
    });
    flowLog.node.addDependency(policy);
  }
}

function publicRouteReason(egress: NetworkProps['egress']): string {
  return egress === 'nat'
    ? 'A public subnet is public by this route. It holds the NAT gateway of its zone and nothing else.'
    : 'A public subnet is public by this route. Nothing runs in it, and no address in it is given out by itself.';
}

function acknowledgeRoute(subnet: ISubnet, reason: string): void {
  const route = subnet.node.findChild('DefaultRoute');
  if (!(route instanceof CfnRoute) || Token.isUnresolved(route.destinationCidrBlock)) {
    throw new Error(`The default route of ${subnet.node.path} is not what it was.`);
  }
  acknowledge(route, { hipaa: ['VPCNoUnrestrictedRouteToIGW'] }, reason);
}
