import { synthesize } from './support/synthesis';

describe('the audit trail', () => {
  const { only, ofType } = synthesize();
  const trail = only('AWS::CloudTrail::Trail');
  const buckets = ofType('AWS::S3::Bucket').filter(({ id }) => id.startsWith('AuditTrail'));
  const bucket = buckets.find(
    ({ Properties }) => Properties.BucketName === 'audit-trail-prod-111122223333-eu-central-1',
  );
  const accessLogs = buckets.find(
    ({ Properties }) => Properties.BucketName === 'trail-access-prod-111122223333-eu-central-1',
  );

  it('records all regions, shows tampering, is encrypted by its own key, and is delivered to CloudWatch', () => {
    expect(trail.Properties).toMatchObject({
      EnableLogFileValidation: true,
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      IsLogging: true,
    });
    expect(JSON.stringify(trail.Properties.KMSKeyId)).toContain('AuditTrailKey');
    expect(JSON.stringify(trail.Properties.CloudWatchLogsLogGroupArn)).toContain('AuditTrailLogGroup');
  });

  it('lets CloudTrail use the key for this trail only', () => {
    const key = ofType('AWS::KMS::Key').find(({ id }) => id.startsWith('AuditTrailKey'));

    expect(JSON.stringify(key?.Properties.KeyPolicy)).toContain(
      '"aws:SourceArn":"arn:aws:cloudtrail:eu-central-1:111122223333:trail/audit-trail-prod"',
    );
  });

  it('keeps its files from the public, encrypted, by TLS only, for as long as logs are kept', () => {
    for (const { Properties } of buckets) {
      expect(Properties).toMatchObject({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        VersioningConfiguration: { Status: 'Enabled' },
      });
      expect(JSON.stringify(Properties.LifecycleConfiguration)).toContain('"ExpirationInDays":2192');
    }
    expect(JSON.stringify(bucket?.Properties.BucketEncryption)).toContain('AuditTrailKey');
    for (const { Properties } of ofType('AWS::S3::BucketPolicy')) {
      expect(JSON.stringify(Properties)).toContain('"aws:SecureTransport":"false"');
      expect(JSON.stringify(Properties)).toContain('"s3:TlsVersion":1.2');
    }
  });

  it('goes in order: first the trail, then its files, then the bucket that logs access to them', () => {
    const emptiers = ofType('Custom::S3AutoDeleteObjects');
    const emptierOf = (id: string | undefined) =>
      emptiers.find(({ Properties }) => JSON.stringify(Properties.BucketName) === JSON.stringify({ Ref: id }))?.id;

    // CloudFormation deletes in the reverse order of dependencies.
    expect(trail.DependsOn).toContain(emptierOf(bucket?.id));
    expect(bucket?.DependsOn).toContain(emptierOf(accessLogs?.id));
  });

  it('is left out, with its key and buckets, when the organization has one', () => {
    const other = synthesize({ aws: { trail: 'organization' } });

    expect(() => other.ofType('AWS::CloudTrail::Trail')).toThrow('has no');
    expect(other.ofType('AWS::S3::Bucket').filter(({ id }) => !/^(Exports|Scans)/.test(id))).toEqual([]);
    const encrypting = other.ofType('AWS::KMS::Key').filter(({ Properties }) => Properties.KeyUsage === undefined);
    expect(encrypting).toHaveLength(2);
    expect(Object.keys(other.outputs)).not.toContain('AuditTrailName');
  });
});
