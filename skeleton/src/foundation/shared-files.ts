import { RemovalPolicy } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Port } from 'aws-cdk-lib/aws-ec2';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Volume } from 'aws-cdk-lib/aws-ecs';
import { CfnAccessPoint, CfnFileSystem, CfnMountTarget } from 'aws-cdk-lib/aws-efs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { IDependable } from 'constructs';
import { acknowledge } from './acknowledge';
import type { Names } from './naming';
import type { Network } from './network';

/** NFS's port, the only one that a file system of EFS answers on. */
const NFS_PORT = 2049;

/** The user of every program's image (`src/foundation/image/Dockerfile`). */
const POSIX_ID = '1000';

/** What a client does: mount, and write. Never as root, whom the access point would refuse anyway. */
const MOUNT_ACTIONS = ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'];
const ROOT_ACTION = 'elasticfilesystem:ClientRootAccess';

/** Figures of a file system (Amazon EFS User Guide, "CloudWatch metrics for Amazon EFS"). */
export type SharedFilesMetricName = 'MeteredIOBytes' | 'PercentIOLimit' | 'PermittedThroughput' | 'StorageBytes';

export interface SharedFilesProps {
  readonly names: Names;
  readonly network: Network;
  readonly dataKey: IKey;
  /** Names the file system, its access point and its folder. */
  readonly resourceType: string;
  /** Why it is not backed up. */
  readonly noBackupReason: string;
}

/**
 * Files that tasks of several zones share, for as long as they work on them: EFS, encrypted by the data key, over three zones, with a throughput
 * that follows the load.
 *
 * It is mounted by TLS, under a role that IAM allows, through one access point, which makes everybody the same user without rights. The
 * policy of the file system denies what comes otherwise; and since it has a policy, whom nobody allows gets nothing (Amazon EFS User Guide,
 * "Using IAM to control access to file systems").
 */
export class SharedFiles extends Construct {
  readonly fileSystemId: string;
  /** Each zone's door: who mounts waits for them. */
  readonly mountTargets: readonly IDependable[];
  private readonly securityGroup: SecurityGroup;
  private readonly fileSystem: CfnFileSystem;
  private readonly accessPoint: CfnAccessPoint;
  private readonly volumeName: string;

  constructor(scope: Construct, id: string, props: SharedFilesProps) {
    super(scope, id);
    const { names, network, dataKey, resourceType } = props;
    const name = names.of(resourceType);
    this.volumeName = resourceType;
    this.fileSystem = new CfnFileSystem(this, 'FileSystem', {
      encrypted: true,
      kmsKeyId: dataKey.keyArn,
      performanceMode: 'generalPurpose',
      throughputMode: 'elastic',
      // It holds what is worked on: nothing grows old here, and nothing is worth a recovery point.
      backupPolicy: { status: 'DISABLED' },
      fileSystemPolicy: fileSystemPolicy(),
      bypassPolicyLockoutSafetyCheck: false,
      fileSystemTags: [{ key: 'Name', value: name }],
    });
    this.fileSystem.applyRemovalPolicy(RemovalPolicy.DESTROY);
    this.fileSystemId = this.fileSystem.ref;
    acknowledge(this.fileSystem, { hipaa: ['EFSInBackupPlan'] }, props.noBackupReason);

    this.securityGroup = network.securityGroup(this, names, resourceType, 'Shared files: NFS from their clients only');
    this.mountTargets = network.vpc.selectSubnets(network.isolatedSubnets).subnets.map(
      (subnet, index) =>
        new CfnMountTarget(this, `MountTarget${index + 1}`, {
          fileSystemId: this.fileSystemId,
          subnetId: subnet.subnetId,
          securityGroups: [this.securityGroup.securityGroupId],
        }),
    );
    this.accessPoint = new CfnAccessPoint(this, 'AccessPoint', {
      fileSystemId: this.fileSystemId,
      posixUser: { uid: POSIX_ID, gid: POSIX_ID },
      rootDirectory: {
        path: `/${resourceType}`,
        creationInfo: { ownerUid: POSIX_ID, ownerGid: POSIX_ID, permissions: '0700' },
      },
      accessPointTags: [{ key: 'Name', value: name }],
    });
  }

  /** The volume of a task that mounts it. */
  volume(): Volume {
    return {
      name: this.volumeName,
      efsVolumeConfiguration: {
        fileSystemId: this.fileSystemId,
        transitEncryption: 'ENABLED',
        authorizationConfig: { accessPointId: this.accessPoint.ref, iam: 'ENABLED' },
      },
    };
  }

  /** What a task must be allowed to mount it. */
  mountStatements(): PolicyStatement[] {
    return [
      new PolicyStatement({
        sid: 'MountFiles',
        actions: [...MOUNT_ACTIONS],
        resources: [this.fileSystem.attrArn],
        conditions: {
          Bool: { 'aws:SecureTransport': 'true' },
          StringEquals: { 'elasticfilesystem:AccessPointArn': this.accessPoint.attrArn },
        },
      }),
    ];
  }

  /** Lets a client reach the files, and be reached by nobody. */
  allowFrom(client: SecurityGroup, description: string): void {
    this.securityGroup.addIngressRule(client, Port.tcp(NFS_PORT), description);
    client.addEgressRule(this.securityGroup, Port.tcp(NFS_PORT), 'Shared files');
  }

  /** @param storageClass of `StorageBytes`, which has a figure for each and one for all: `Total`. */
  metric(metricName: SharedFilesMetricName, statistic: string, storageClass?: 'Total'): Metric {
    return new Metric({
      namespace: 'AWS/EFS',
      metricName,
      dimensionsMap: {
        FileSystemId: this.fileSystemId,
        ...(storageClass === undefined ? {} : { StorageClass: storageClass }),
      },
      statistic,
    });
  }
}

/** Denies what comes without TLS, without an access point (hence anonymous clients, whom no role allows one), or as root. */
function fileSystemPolicy(): object {
  const everybody = { Effect: 'Deny', Principal: { AWS: '*' } };
  return {
    Version: '2012-10-17',
    Statement: [
      {
        ...everybody,
        Sid: 'OnlyByTls',
        Action: [...MOUNT_ACTIONS, ROOT_ACTION],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      {
        ...everybody,
        Sid: 'OnlyThroughTheAccessPoint',
        Action: [...MOUNT_ACTIONS, ROOT_ACTION],
        Condition: { Null: { 'elasticfilesystem:AccessPointArn': 'true' } },
      },
      { ...everybody, Sid: 'NeverAsRoot', Action: ROOT_ACTION },
    ],
  };
}
