import {
  ArnFormat,
  CustomResource,
  CustomResourceProvider,
  CustomResourceProviderRuntime,
  Duration,
  Stack,
} from 'aws-cdk-lib';
import { CfnScalableTarget, CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { DatabaseCluster } from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { bundle } from './bundle';
import { SCALED_READERS_TYPE } from './custom-resources';
import type { Names } from './naming';
import { SCALED_READER_PREFIX } from './scaled-readers/remove-scaled-readers';

/**
 * Processor use of the readers, in percent, that scaling aims at. Of a Serverless v2 reader it is counted against the most capacity it may
 * have (Amazon Aurora User Guide, "Important Amazon CloudWatch metrics for Aurora Serverless v2"): a reader grows first, and another one
 * comes when those that are there have grown.
 */
const TARGET_PERCENT = 60;
/** A new reader serves after some minutes; sooner, another would be asked for on the same grounds. */
const SCALE_OUT_COOLDOWN = Duration.minutes(3);
/** A reader that goes cuts the queries it serves, and ward rounds come in waves. */
const SCALE_IN_COOLDOWN = Duration.minutes(30);

export interface ReaderScalingProps {
  readonly names: Names;
  readonly cluster: DatabaseCluster;
  readonly clusterIdentifier: string;
  /** Readers of the stack, which always run. Scaling counts them as its own, and takes none of them away. */
  readonly readersMin: number;
  readonly readersMax: number;
}

/**
 * Adds readers to an Aurora cluster while those that are there are busy, quickly, and takes them away again, slowly. A reader that is added
 * takes parameters, key, network and authority from the cluster and its writer. Its name is `application-autoscaling-` and an id, since
 * scaling gives it, and in a failover it comes last.
 *
 * CloudFormation knows nothing of added readers, and cannot delete a cluster that has some. A resource of its own therefore deletes them when
 * the stack goes: after scaling has ended, so that none comes again, and before the cluster.
 */
export class ReaderScaling extends Construct {
  constructor(scope: Construct, id: string, props: ReaderScalingProps) {
    super(scope, id);
    const { names, cluster, clusterIdentifier, readersMin, readersMax } = props;
    if (readersMin < 1 || readersMax < readersMin) {
      throw new Error(`Readers from ${readersMin} to ${readersMax}: expected one at least, and no fewer at the most.`);
    }
    const removal = new CustomResource(this, 'Removal', {
      serviceToken: this.removalProvider(),
      resourceType: SCALED_READERS_TYPE,
      properties: { ClusterIdentifier: clusterIdentifier },
    });
    removal.node.addDependency(cluster);

    const target = new CfnScalableTarget(this, 'Target', {
      serviceNamespace: 'rds',
      scalableDimension: 'rds:cluster:ReadReplicaCount',
      resourceId: `cluster:${clusterIdentifier}`,
      minCapacity: readersMin,
      maxCapacity: readersMax,
    });
    target.node.addDependency(removal);
    new CfnScalingPolicy(this, 'Policy', {
      policyName: names.of('database-readers'),
      policyType: 'TargetTrackingScaling',
      scalingTargetId: target.ref,
      targetTrackingScalingPolicyConfiguration: {
        predefinedMetricSpecification: { predefinedMetricType: 'RDSReaderAverageCPUUtilization' },
        targetValue: TARGET_PERCENT,
        scaleOutCooldown: SCALE_OUT_COOLDOWN.toSeconds(),
        scaleInCooldown: SCALE_IN_COOLDOWN.toSeconds(),
      },
    });
  }

  private removalProvider(): string {
    const instances = (name: string) =>
      Stack.of(this).formatArn({
        service: 'rds',
        resource: 'db',
        resourceName: name,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    return CustomResourceProvider.getOrCreate(this, SCALED_READERS_TYPE, {
      codeDirectory: bundle({
        name: 'scaled-readers',
        entry: 'src/foundation/scaled-readers/handler.ts',
        files: ['src/foundation/scaled-readers/index.js'],
      }),
      runtime: CustomResourceProviderRuntime.NODEJS_24_X,
      timeout: Duration.minutes(15),
      description: 'Deletes the readers that automatic scaling added, when their cluster goes',
      policyStatements: [
        // Filtered by cluster; the permission knows instances only.
        { Effect: 'Allow', Action: ['rds:DescribeDBInstances'], Resource: [instances('*')] },
        { Effect: 'Allow', Action: ['rds:DeleteDBInstance'], Resource: [instances(`${SCALED_READER_PREFIX}*`)] },
      ],
    });
  }
}
