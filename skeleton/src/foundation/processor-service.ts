import { Duration } from 'aws-cdk-lib';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Cluster, FargateService } from 'aws-cdk-lib/aws-ecs';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';
import type { Network } from './network';
import { programCluster } from './program-cluster';
import { programService, SERVICE_TASKS_MIN } from './program-service';
import type { ProgramService } from './program-service';

/** Tasks that always run, each in a zone of its own. */
export const PROCESSOR_TASKS_MIN = SERVICE_TASKS_MIN;

export interface ProcessorServiceProps {
  readonly names: Names;
  readonly network: Network;
  /** Folder with a Dockerfile, as `bundle` makes it. */
  readonly imageDirectory: string;
  /** Environment of the container. Never a secret: names and ARNs only. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the processor may do, besides writing its log. */
  readonly statements: readonly PolicyStatement[];
  readonly logKey: IKey;
  readonly logRetentionDays: number;
}

/** The service that reads a stream, and the cluster that it runs in. */
export class ProcessorService extends Construct implements ProgramService {
  readonly cluster: Cluster;
  readonly service: FargateService;
  readonly securityGroup: SecurityGroup;
  readonly logGroup: EncryptedLogGroup;

  constructor(scope: Construct, id: string, props: ProcessorServiceProps) {
    super(scope, id);
    this.cluster = programCluster(this, props);
    const { service, securityGroup, logGroup } = programService(this, {
      ...props,
      cluster: this.cluster,
      purpose: 'processor',
      description: 'Processors: nothing in; AWS and database out',
      // Time to finish a batch and give up its leases.
      stopTimeout: Duration.seconds(60),
    });
    this.service = service;
    this.securityGroup = securityGroup;
    this.logGroup = logGroup;
  }
}
