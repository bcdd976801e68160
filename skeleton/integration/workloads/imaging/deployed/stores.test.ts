import { DescribeReplicationGroupsCommand, ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { paginateDescribeDBClusters, RDSClient, type DBCluster } from '@aws-sdk/client-rds';
import {
  GetBucketEncryptionCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { describeDeployed } from '../../../support/deployed';

describeDeployed('the deployed stores of imaging', (outputs) => {
  test('have a queue in two zones with failover, TLS, a token and encryption', async () => {
    const elastiCache = new ElastiCacheClient({ region: outputs().Region });
    const { ReplicationGroups } = await elastiCache.send(
      new DescribeReplicationGroupsCommand({ ReplicationGroupId: outputs().QueueReplicationGroupId }),
    );
    elastiCache.destroy();

    expect(ReplicationGroups).toEqual([
      expect.objectContaining({
        Status: 'available',
        MultiAZ: 'enabled',
        AutomaticFailover: 'enabled',
        TransitEncryptionEnabled: true,
        TransitEncryptionMode: 'required',
        AtRestEncryptionEnabled: true,
        AuthTokenEnabled: true,
        ClusterEnabled: false,
        KmsKeyId: outputs().DataKeyArn,
      }),
    ]);
  });

  test('have a bucket that is encrypted by the pipeline’s key, closed, keeps versions, and copies nothing elsewhere', async () => {
    const s3 = new S3Client({ region: outputs().Region });
    const Bucket = outputs().ScanBucketName;
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));

    expect(ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault).toEqual({
      SSEAlgorithm: 'aws:kms',
      KMSMasterKeyID: outputs().DataKeyArn,
    });
    expect(await s3.send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: 'Enabled' });
    expect(await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true, RestrictPublicBuckets: true },
    });
    await expect(s3.send(new GetBucketReplicationCommand({ Bucket }))).rejects.toMatchObject({
      name: 'ReplicationConfigurationNotFoundError',
    });
    s3.destroy();
  });

  test('have a key of pseudonyms that makes codes and encrypts nothing', async () => {
    const kms = new KMSClient({ region: outputs().Region });

    expect(await kms.send(new DescribeKeyCommand({ KeyId: outputs().DeidentificationKeyArn }))).toMatchObject({
      KeyMetadata: { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC', MultiRegion: false, Enabled: true },
    });
    kms.destroy();
  });

  test('have a database in two zones, encrypted by the pipeline’s key, and of no global cluster', async () => {
    const rds = new RDSClient({ region: outputs().Region });
    let cluster: DBCluster | undefined;
    for await (const page of paginateDescribeDBClusters({ client: rds }, {})) {
      cluster ??= page.DBClusters?.find(({ Endpoint }) => Endpoint === outputs().DatabaseEndpoint);
    }
    rds.destroy();

    expect(cluster).toMatchObject({
      Status: 'available',
      Engine: 'aurora-postgresql',
      StorageEncrypted: true,
      KmsKeyId: outputs().DataKeyArn,
      DatabaseName: 'imaging',
    });
    expect(cluster?.DBClusterMembers?.length).toBeGreaterThanOrEqual(2);
    expect(cluster?.GlobalWriteForwardingRequested ?? false).toBe(false);
    expect(cluster?.ReadReplicaIdentifiers ?? []).toEqual([]);
  });
});
