import { Duration } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Port } from 'aws-cdk-lib/aws-ec2';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationListener,
  ApplicationListenerRule,
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  CfnListenerRule,
  CfnLoadBalancer,
  ListenerAction,
  ListenerCondition,
  Protocol,
  SslPolicy,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { cfn } from './cfn';
import type { Names } from './naming';
import type { Network } from './network';

/** Where programs listen, by TLS. Above 1024, since they run as a user without rights. */
export const PROGRAM_PORT = 8443;

/** Where its log lies in the bucket that receives it. */
export const LOAD_BALANCER_LOG_PREFIX = 'load-balancer';

/** How long a connection may be silent: longer than a program takes to judge the last part of a large upload. */
const IDLE_TIMEOUT = Duration.minutes(5);

export interface InternalLoadBalancerProps {
  readonly names: Names;
  readonly network: Network;
  /** Certificate of the name by which it is asked, in AWS Certificate Manager. */
  readonly certificateArn: string;
  /** Who reaches it. */
  readonly client: SecurityGroup;
  /** First part of paths that the gateway may put before them: the name of its stage. Taken off before a program sees it. */
  readonly stageName: string;
  /** Receives the log of connections, below `LOAD_BALANCER_LOG_PREFIX`. */
  readonly logBucket: IBucket;
}

/** Which requests a program answers. */
export interface Route {
  readonly service: FargateService;
  readonly securityGroup: SecurityGroup;
  readonly purpose: string;
  /** Five at the most: so many conditions a rule takes. */
  readonly methods: readonly string[];
}

/**
 * A load balancer within the network, which takes TLS 1.2 or higher with the tenant's certificate and speaks TLS to the programs, whose
 * certificates it does not verify: each makes its own when it starts, and security groups decide who it can be.
 *
 * It logs connections and no requests: a request's line has the whole URL, that is, the ids and names of patients that were asked for, and S3
 * would hold it under a key that is not the tenant's. Who asked for what is in the gateway's access log, the programs' own, and the audit.
 */
export class InternalLoadBalancer extends Construct {
  readonly loadBalancer: ApplicationLoadBalancer;
  readonly listener: ApplicationListener;
  private readonly securityGroup: SecurityGroup;
  private readonly props: InternalLoadBalancerProps;
  private rules = 0;

  constructor(scope: Construct, id: string, props: InternalLoadBalancerProps) {
    super(scope, id);
    this.props = props;
    const { names, network, client } = props;
    this.securityGroup = network.securityGroup(
      this,
      names,
      'load-balancer',
      'Load balancer: TLS from the gateway; TLS to programs',
    );
    this.securityGroup.addIngressRule(client, Port.tcp(443), 'TLS from the gateway');
    client.addEgressRule(this.securityGroup, Port.tcp(443), 'TLS to the load balancer');
    this.loadBalancer = new ApplicationLoadBalancer(this, 'LoadBalancer', {
      loadBalancerName: names.of('scans'),
      vpc: network.vpc,
      vpcSubnets: network.privateSubnets,
      internetFacing: false,
      securityGroup: this.securityGroup,
      deletionProtection: false,
      dropInvalidHeaderFields: true,
      crossZoneEnabled: true,
      idleTimeout: IDLE_TIMEOUT,
    });
    this.loadBalancer.setAttribute('connection_logs.s3.enabled', 'true');
    this.loadBalancer.setAttribute('connection_logs.s3.bucket', props.logBucket.bucketName);
    this.loadBalancer.setAttribute('connection_logs.s3.prefix', LOAD_BALANCER_LOG_PREFIX);
    // It writes a file to see whether it may, when it is made.
    if (props.logBucket.policy !== undefined) this.loadBalancer.node.addDependency(props.logBucket.policy);
    this.listener = new ApplicationListener(this, 'Listener', {
      loadBalancer: this.loadBalancer,
      port: 443,
      protocol: ApplicationProtocol.HTTPS,
      certificates: [Certificate.fromCertificateArn(this, 'Certificate', props.certificateArn)],
      // TLS 1.2 and 1.3, forward secrecy, no cipher with CBC.
      sslPolicy: SslPolicy.TLS13_RES,
      // Only the gateway's security group is let in.
      open: false,
      defaultAction: ListenerAction.fixedResponse(404, {
        contentType: 'application/json',
        messageBody: '{"title":"Not Found","status":404}',
      }),
    });
    this.acknowledgeFindings();
  }

  /** Sends some requests to a program's tasks. */
  route({ service, securityGroup, purpose, methods }: Route): ApplicationTargetGroup {
    const { names, network, stageName } = this.props;
    const targets = new ApplicationTargetGroup(this, `${purpose}-targets`, {
      targetGroupName: names.of(purpose),
      vpc: network.vpc,
      targetType: TargetType.IP,
      protocol: ApplicationProtocol.HTTPS,
      port: PROGRAM_PORT,
      deregistrationDelay: Duration.seconds(60),
      healthCheck: {
        // Not the protocol of the group: by itself it would ask without TLS, which no program answers.
        protocol: Protocol.HTTPS,
        path: '/health',
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 3,
        healthyHttpCodes: '200',
      },
    });
    this.rules += 1;
    const rule = new ApplicationListenerRule(this, `${purpose}-rule`, {
      listener: this.listener,
      priority: this.rules,
      conditions: [ListenerCondition.httpRequestMethods([...methods])],
      action: ListenerAction.forward([targets]),
    });
    cfn(rule, CfnListenerRule).transforms = [
      {
        type: 'url-rewrite',
        urlRewriteConfig: { rewrites: [{ regex: `^/${stageName}(/.*)$`, replace: '$1' }] },
      },
    ];
    this.securityGroup.addEgressRule(securityGroup, Port.tcp(PROGRAM_PORT), `TLS to ${purpose}`);
    securityGroup.addIngressRule(this.securityGroup, Port.tcp(PROGRAM_PORT), 'TLS from the load balancer');
    targets.addTarget(service);
    // ECS takes a target group only when a load balancer has it.
    service.node.addDependency(rule);
    return targets;
  }

  private acknowledgeFindings(): void {
    acknowledge(
      cfn(this.loadBalancer, CfnLoadBalancer),
      { hipaa: ['ELBLoggingEnabled'], solutions: ['ELB2'] },
      'A line for each request would hold the whole URL, and with it the ids and names of patients that were asked for. Connections are logged; requests are in the access log of the gateway and in the audit.',
    );
    acknowledge(
      cfn(this.loadBalancer, CfnLoadBalancer),
      { hipaa: ['ELBDeletionProtectionEnabled'] },
      'CI must be able to destroy the stack without a hand on it.',
    );
  }
}
