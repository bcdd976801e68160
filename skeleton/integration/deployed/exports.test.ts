import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketPolicyCommand,
  GetPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { describeDeployed } from '../support/deployed';

describeDeployed('the deployed bucket of exports', (outputs) => {
  let s3: S3Client;
  const bucket = () => ({ Bucket: outputs().ExportBucketName });
  beforeAll(() => {
    s3 = new S3Client({ region: outputs().Region });
  });
  afterAll(() => s3.destroy());

  test('is private, and takes TLS only', async () => {
    const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand(bucket()));
    const { Policy } = await s3.send(new GetBucketPolicyCommand(bucket()));

    expect(PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(Policy).toContain('"aws:SecureTransport":"false"');
  });

  test("is encrypted with the pipeline's own key", async () => {
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand(bucket()));

    expect(ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault).toEqual({
      SSEAlgorithm: 'aws:kms',
      KMSMasterKeyID: outputs().DataKeyArn,
    });
  });

  test('forgets an export after a week, and logs who touched one', async () => {
    const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand(bucket()));
    const { LoggingEnabled } = await s3.send(new GetBucketLoggingCommand(bucket()));

    expect(Rules?.map(({ Status, Expiration }) => [Status, Expiration?.Days])).toEqual([['Enabled', 7]]);
    expect(LoggingEnabled?.TargetBucket).toMatch(/^exports-access-/);
  });
});
