import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AlarmTopic } from './foundation/alarm-topic';
import { Alarms } from './foundation/alarms';
import { auditRetentionDays } from './foundation/audit-retention';
import { AuditTrail } from './foundation/audit-trail';
import { availabilityZonesOf } from './foundation/availability-zones';
import { hardenCustomResources } from './foundation/custom-resources';
import { Keys } from './foundation/keys';
import { Names } from './foundation/naming';
import { Network } from './foundation/network';
import { addOutputs } from './foundation/outputs';
import type { WorkloadService } from './foundation/pipeline-parts';
import { tagAll } from './foundation/tags';
import type { TenantSettings } from './tenant';

export interface PipelineStackProps {
  readonly settings: TenantSettings;
  readonly workload: WorkloadService;
}

/** One environment of one tenant: the foundation, the tenant's workload, and their outputs. */
export class PipelineStack extends Stack {
  private readonly zones: string[];

  constructor(scope: Construct, { settings, workload }: PipelineStackProps) {
    const { aws, compliance } = settings;
    const names = new Names(aws);
    super(scope, names.of('pipeline'), {
      stackName: names.of('pipeline'),
      description: `HIPAA pipeline, workload ${settings.workload}, environment ${aws.environmentSuffix}`,
      env: { account: aws.accountId, region: aws.region },
      // CI destroys what CI deploys.
      terminationProtection: false,
    });
    this.zones = availabilityZonesOf(aws.region);

    const logRetentionDays = compliance.logRetentionDays;
    const keys = new Keys(this, 'Keys', { names });
    const trail =
      aws.trail === 'stack'
        ? new AuditTrail(this, 'AuditTrail', {
            names,
            logKey: keys.telemetry,
            logRetentionDays: auditRetentionDays(compliance),
          })
        : undefined;
    const network = new Network(this, 'Network', {
      names,
      egress: aws.egress,
      logKey: keys.telemetry,
      logRetentionDays,
    });
    const { topic } = new AlarmTopic(this, 'AlarmTopic', {
      names,
      key: keys.telemetry,
      email: settings.observability.alarmEmail,
    });
    const alarms = new Alarms(this, 'Alarms', { names, topic });

    const workloadOutputs = workload({ scope: this, settings, names, keys, network, alarms });

    hardenCustomResources(this, { names, logKey: keys.telemetry, logRetentionDays });
    tagAll(this, settings);
    addOutputs(this, {
      ...workloadOutputs,
      Target: 'aws',
      Region: aws.region,
      EnvironmentSuffix: aws.environmentSuffix,
      TenantId: settings.tenant.id,
      VpcId: network.vpc.vpcId,
      DataKeyArn: keys.data.keyArn,
      AlarmTopicArn: topic.topicArn,
      ...(trail === undefined ? {} : { AuditTrailName: trail.trailName }),
    });
  }

  /** The zones of the region from our own list: CDK would look them up with credentials that synth has not. */
  override get availabilityZones(): string[] {
    return this.zones;
  }
}
