import { REGIONS } from '../../../../src/tenant';
import { IMAGING, IMAGING_OTHER_CHOICES } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';
import type { Resource } from '../../../foundation/support/synthesis';

/**
 * What would carry data, or a copy of it, out of the region: replication of buckets, clusters, keys, secrets, tables and file systems; backups
 * that are copied; streams that deliver elsewhere; a distribution, or an edge-optimized endpoint, which answers from other places.
 */
const TYPES_THAT_LEAVE =
  /^AWS::(Backup::|CloudFront::|DataSync::|DMS::|DynamoDB::GlobalTable|ECR::ReplicationConfiguration|ElastiCache::GlobalReplicationGroup|GlobalAccelerator::|KMS::ReplicaKey|KinesisFirehose::|RAM::|RDS::GlobalCluster|S3::(MultiRegion|StorageLens)|SSM::|Transfer::)/;
const PROPERTIES_THAT_LEAVE = [
  'ReplicationConfiguration',
  'ReplicaRegions',
  'ReplicationSourceIdentifier',
  'SourceRegion',
  'GlobalClusterIdentifier',
  'GlobalReplicationGroupId',
  'Replicas',
  'CopyActions',
  'CrossRegionReplication',
];

/** Every region of AWS in a text, of whatever partition. */
const REGION_NAME =
  /\b(?:us|eu|ap|sa|ca|af|me|il|mx|cn)(?:-gov)?-(?:north|south|east|west|central|northeast|southeast)-\d\b/g;

/** Resources by which data would leave the region, each with what betrays it. */
function leaving(resources: readonly Resource[], region: string): string[] {
  return resources.flatMap(({ id, Type, Properties }) => {
    const text = JSON.stringify(Properties);
    return [
      ...(TYPES_THAT_LEAVE.test(Type) ? [`${id}: ${Type}`] : []),
      ...PROPERTIES_THAT_LEAVE.filter((name) => text.includes(`"${name}":`)).map((name) => `${id}: ${name}`),
      ...(text.match(REGION_NAME) ?? []).filter((name) => name !== region).map((name) => `${id}: ${name}`),
      ...(text.includes('"MultiRegion":true') ? [`${id}: MultiRegion`] : []),
      ...(Type === 'AWS::ApiGateway::DomainName' && !text.includes('"EndpointConfiguration":{"Types":["REGIONAL"]}')
        ? [`${id}: EndpointConfiguration`]
        : []),
    ];
  });
}

describe.each([
  ['by default', IMAGING],
  ['with every choice made the other way', IMAGING_OTHER_CHOICES],
])('patient data of imaging %s', (_, change) => {
  const { resources, stack } = synthesize(change);

  it('stays in the tenant’s region: no other one is named, and nothing copies there', () => {
    expect(stack.region).toBe('sa-east-1');
    expect(leaving(resources, stack.region)).toEqual([]);
  });

  it('has its trail’s record here, though a trail looks at all regions, so that nobody acts unseen elsewhere', () => {
    const trails = resources.filter(({ Type }) => Type === 'AWS::CloudTrail::Trail');

    for (const { Properties } of trails) expect(JSON.stringify(Properties.S3BucketName)).toContain('AuditTrail');
  });
});

describe('data that would leave the region', () => {
  const { resources } = synthesize(IMAGING);
  const withOther = (Type: string, Properties: Resource['Properties']) =>
    leaving([...resources, { id: 'Other', Type, Properties, DependsOn: [] }], 'sa-east-1');

  it.each([
    ['a replicated bucket', 'AWS::S3::Bucket', { ReplicationConfiguration: { Role: 'arn' } }],
    ['a replicated file system', 'AWS::EFS::FileSystem', { ReplicationConfiguration: {} }],
    ['a global table', 'AWS::DynamoDB::GlobalTable', {}],
    ['a global cluster', 'AWS::RDS::GlobalCluster', {}],
    ['a cluster of a global one', 'AWS::RDS::DBCluster', { GlobalClusterIdentifier: 'g' }],
    ['a copy of another region’s cluster', 'AWS::RDS::DBCluster', { SourceRegion: 'sa-east-1' }],
    ['a global replication group', 'AWS::ElastiCache::GlobalReplicationGroup', {}],
    ['a secret in other regions', 'AWS::SecretsManager::Secret', { ReplicaRegions: [{}] }],
    ['a key of many regions', 'AWS::KMS::Key', { MultiRegion: true }],
    ['a copied key', 'AWS::KMS::ReplicaKey', {}],
    ['a plan of backups, which may copy', 'AWS::Backup::BackupPlan', {}],
    ['an edge-optimized name', 'AWS::ApiGateway::DomainName', { EndpointConfiguration: { Types: ['EDGE'] } }],
    ['a distribution', 'AWS::CloudFront::Distribution', {}],
    ...REGIONS.filter((name) => name !== 'sa-east-1').map(
      (name) =>
        [`a name of ${name}`, 'AWS::IAM::ManagedPolicy', { Resource: `arn:aws:s3:${name}:111122223333:x` }] as const,
    ),
  ] as const)('would be found out: %s', (_, type, properties) => {
    expect(withOther(type, properties)).toEqual([expect.stringMatching(/^Other: /)]);
  });
});
