import { synthesize } from './support/synthesis';

describe('the bucket of exports', () => {
  const { ofType } = synthesize();
  const bucket = ofType('AWS::S3::Bucket').find(
    ({ Properties }) => Properties.BucketName === 'exports-prod-111122223333-eu-central-1',
  );
  const accessLogs = ofType('AWS::S3::Bucket').find(
    ({ Properties }) => Properties.BucketName === 'exports-access-prod-111122223333-eu-central-1',
  );

  it('is private, under the key of patient data, and takes TLS 1.2 or higher only', () => {
    for (const one of [bucket, accessLogs]) {
      expect(one?.Properties.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      const policy = ofType('AWS::S3::BucketPolicy').find(
        ({ Properties }) => JSON.stringify(Properties.Bucket) === JSON.stringify({ Ref: one?.id }),
      );
      expect(JSON.stringify(policy?.Properties)).toContain('"aws:SecureTransport":"false"');
      expect(JSON.stringify(policy?.Properties)).toContain('"s3:TlsVersion":1.2');
    }
    const encryption = JSON.stringify(bucket?.Properties.BucketEncryption);
    expect(encryption).toContain('"SSEAlgorithm":"aws:kms"');
    expect(encryption).toContain('KeysData');
  });

  it('keeps an export for a week, and what was deleted or replaced for a day', () => {
    expect(bucket?.Properties.LifecycleConfiguration).toMatchObject({
      Rules: [{ ExpirationInDays: 7, NoncurrentVersionExpiration: { NoncurrentDays: 1 }, Status: 'Enabled' }],
    });
  });

  it('keeps who fetched what for as long as logs are kept', () => {
    expect(bucket?.Properties.LoggingConfiguration).toMatchObject({ DestinationBucketName: { Ref: accessLogs?.id } });
    expect(accessLogs?.Properties.LifecycleConfiguration).toMatchObject({ Rules: [{ ExpirationInDays: 2192 }] });
  });

  it('is emptied and deleted with the stack, before the bucket that logs access to it', () => {
    const emptier = ofType('Custom::S3AutoDeleteObjects').find(
      ({ Properties }) => JSON.stringify(Properties.BucketName) === JSON.stringify({ Ref: accessLogs?.id }),
    );

    expect(bucket?.DeletionPolicy).toBe('Delete');
    expect(bucket?.DependsOn).toContain(emptier?.id);
  });

  it('is reached from the network by this account’s principals only, to write', () => {
    const endpoint = ofType('AWS::EC2::VPCEndpoint').find(({ id }) => id.includes('EndpointsS3'));

    expect(JSON.stringify(endpoint?.Properties.PolicyDocument)).toContain(
      '{"Action":["s3:AbortMultipartUpload","s3:PutObject"],"Condition":{"StringEquals":{"aws:PrincipalAccount":"111122223333"}},' +
        '"Effect":"Allow","Principal":{"AWS":"*"},"Resource":"arn:aws:s3:::exports-prod-111122223333-eu-central-1/*"}',
    );
  });
});
