import { statementsOf } from '../../../foundation/support/policy-statements';
import { IMAGING, IMAGING_OTHER_CHOICES } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';

const synthesis = synthesize(IMAGING);
const { only, ofType, resources } = synthesis;

describe('the shared files of imaging', () => {
  const files = only('AWS::EFS::FileSystem');

  it('are encrypted by the data key, follow the load, are in no backup, and go with the stack', () => {
    expect(files).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: {
        Encrypted: true,
        KmsKeyId: expect.objectContaining({ 'Fn::GetAtt': [expect.stringMatching(/^KeysData/), 'Arn'] }),
        ThroughputMode: 'elastic',
        BackupPolicy: { Status: 'DISABLED' },
      },
    });
  });

  it('are refused to who comes without TLS, without the access point, or as root', () => {
    const denied = statementsOf(files).map(({ Sid, Effect, Condition }) => [Sid, Effect, Condition]);

    expect(denied).toEqual([
      ['OnlyByTls', 'Deny', { Bool: { 'aws:SecureTransport': 'false' } }],
      ['OnlyThroughTheAccessPoint', 'Deny', { Null: { 'elasticfilesystem:AccessPointArn': 'true' } }],
      ['NeverAsRoot', 'Deny', undefined],
    ]);
  });

  it('make everybody the same user without rights, in a folder of its own', () => {
    expect(only('AWS::EFS::AccessPoint').Properties).toMatchObject({
      FileSystemId: { Ref: files.id },
      PosixUser: { Uid: '1000', Gid: '1000' },
      RootDirectory: { Path: '/files', CreationInfo: { Permissions: '0700', OwnerUid: '1000', OwnerGid: '1000' } },
    });
  });

  it('have a door in each zone, in isolated subnets, for uploads and workers only', () => {
    const subnets = ofType('AWS::EFS::MountTarget').map(({ Properties }) => JSON.stringify(Properties.SubnetId));
    expect(subnets.map((subnet) => /Vpc(\w+?)Subnet\d/.exec(subnet)?.[0])).toEqual([
      'VpcisolatedSubnet1',
      'VpcisolatedSubnet2',
      'VpcisolatedSubnet3',
    ]);
    expect(clientsOf(2049)).toEqual(['Upload', 'Worker']);
  });

  it('are mounted by TLS, under a role, through the access point, by uploads and workers only', () => {
    const mounting = ofType('AWS::ECS::TaskDefinition').filter(({ Properties }) => Properties.Volumes !== undefined);

    expect(mounting.map(({ Properties }) => Properties.Family).sort()).toEqual(['upload-prod', 'worker-prod']);
    for (const { Properties } of mounting) {
      expect(Properties.Volumes).toEqual([
        {
          Name: 'files',
          EFSVolumeConfiguration: {
            FilesystemId: { Ref: files.id },
            TransitEncryption: 'ENABLED',
            AuthorizationConfig: { AccessPointId: { Ref: only('AWS::EFS::AccessPoint').id }, IAM: 'ENABLED' },
          },
        },
      ]);
    }
  });
});

describe('the queue of imaging', () => {
  it('is Redis in two zones with failover, TLS and a token, encrypted, which never drops a job', () => {
    expect(only('AWS::ElastiCache::ReplicationGroup')).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: {
        Engine: 'redis',
        ReplicationGroupId: 'queue-prod',
        NumCacheClusters: 2,
        ClusterMode: 'disabled',
        MultiAZEnabled: true,
        AutomaticFailoverEnabled: true,
        TransitEncryptionEnabled: true,
        TransitEncryptionMode: 'required',
        AtRestEncryptionEnabled: true,
        SnapshotRetentionLimit: 0,
        AuthToken:
          '{{resolve:secretsmanager:arn:aws:secretsmanager:sa-east-1:111122223333:secret:st-luke/queue-d4E5f6:SecretString:::}}',
      },
    });
    expect(only('AWS::ElastiCache::ParameterGroup').Properties.Properties).toMatchObject({
      'maxmemory-policy': 'noeviction',
    });
  });

  it('is reached by uploads and workers only', () => {
    expect(clientsOf(6380)).toEqual(['Upload', 'Worker']);
  });
});

describe('the bucket of scans', () => {
  const bucket = ofType('AWS::S3::Bucket').find(({ id }) => id.startsWith('ScansBucket'));

  it('is encrypted by the data key, closed to the public, keeps versions, and logs who fetched what', () => {
    expect(bucket?.Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          expect.objectContaining({
            ServerSideEncryptionByDefault: expect.objectContaining({ SSEAlgorithm: 'aws:kms' }),
          }),
        ],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: 'Enabled' },
      LoggingConfiguration: expect.objectContaining({ LogFilePrefix: 'scans/' }),
    });
  });

  it('keeps what was deleted for as long as the database’s backups, so that an erasure is final with them', () => {
    const rules = JSON.stringify(bucket?.Properties.LifecycleConfiguration);

    expect(rules).toContain('"NoncurrentDays":35');
    expect(JSON.stringify(lifecycleOf(IMAGING_OTHER_CHOICES))).toContain('"NoncurrentDays":7');
  });

  it('lets workers store and delete nothing, queries read, and only the operator delete', () => {
    const actions = (policy: string) =>
      statementsOf(resources.find(({ id }) => id.startsWith(policy)))
        .flatMap(({ Action }) => Action)
        .map(String)
        .filter((action) => /^s3:/.test(action) && action !== 's3:ListBucket')
        .sort();

    expect(actions('WorkerTaskPolicy')).toEqual(['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject']);
    expect(actions('QueryTaskPolicy')).toEqual(['s3:GetObject']);
    expect(actions('UploadTaskPolicy')).toEqual([]);
    expect(actions('OperatorTaskPolicy')).toContain('s3:DeleteObject');
  });

  it('tells the operator, and nobody else, that an object is gone rather than forbidden', () => {
    const listing = ofType('AWS::IAM::ManagedPolicy').filter((policy) =>
      statementsOf(policy).some(({ Sid }) => Sid === 'KnowMissingScans'),
    );
    expect(listing.map(({ Properties }) => Properties.ManagedPolicyName)).toEqual(['operator-task-prod']);
  });
});

describe('the key of pseudonyms', () => {
  it('makes codes only, for the workers only, through a door for it alone', () => {
    const key = ofType('AWS::KMS::Key').find(({ Properties }) => Properties.KeyUsage === 'GENERATE_VERIFY_MAC');
    const users = ofType('AWS::IAM::ManagedPolicy').filter((policy) =>
      JSON.stringify(policy).includes('kms:GenerateMac'),
    );
    const door = ofType('AWS::EC2::VPCEndpoint').find(({ id }) => id.includes('EndpointsKms'));

    expect(key?.Properties.KeySpec).toBe('HMAC_256');
    expect(users.map(({ Properties }) => Properties.ManagedPolicyName)).toEqual(['worker-task-prod']);
    expect(statementsOf(door)).toEqual([
      expect.objectContaining({
        Action: ['kms:GenerateMac'],
        Resource: [{ 'Fn::GetAtt': [key?.id, 'Arn'] }],
        Condition: { StringEquals: { 'aws:PrincipalAccount': '111122223333' } },
      }),
    ]);
  });
});

describe('the database of imaging', () => {
  it('is Aurora PostgreSQL with a reader in another zone, encrypted, backed up, and gone with the stack', () => {
    expect(only('AWS::RDS::DBCluster')).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: {
        Engine: 'aurora-postgresql',
        DatabaseName: 'imaging',
        StorageEncrypted: true,
        BackupRetentionPeriod: 35,
        DeletionProtection: false,
      },
    });
    expect(ofType('AWS::RDS::DBInstance').length).toBeGreaterThanOrEqual(2);
  });

  it('is reached by the services, the operator and the rotation', () => {
    expect(clientsOf(5432)).toEqual(['Operator', 'Query', 'Rotation', 'Upload', 'Worker']);
  });
});

/** Who is let in at a port: the scope of each security group's construct. */
function clientsOf(port: number): string[] {
  return ofType('AWS::EC2::SecurityGroupIngress')
    .filter(({ Properties }) => Properties.FromPort === port)
    .map(({ Properties }) => JSON.stringify(Properties.SourceSecurityGroupId))
    .map((source) => /"(\w+?)SecurityGroup/.exec(source)?.[1] ?? source)
    .sort();
}

function lifecycleOf(change: typeof IMAGING): unknown {
  return synthesize(change)
    .ofType('AWS::S3::Bucket')
    .find(({ id }) => id.startsWith('ScansBucket'))?.Properties.LifecycleConfiguration;
}
