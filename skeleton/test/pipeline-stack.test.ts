import { ENVIRONMENTS } from './foundation/support/settings';
import type { AnswersChange } from './foundation/support/settings';
import { synthesize } from './foundation/support/synthesis';
import type { Resource } from './foundation/support/synthesis';
import { UNTAGGED_TYPES } from '../src/foundation/tags';

// What holds for every resource of a pipeline, whoever adds it. Each invariant has the reason for which it exists in its name or above it.

/** Types that CloudFormation deletes only when told to: by default it takes a snapshot, which outlives the stack and costs. */
const SNAPSHOT_BY_DEFAULT = ['AWS::RDS::DBCluster', 'AWS::RDS::DBInstance'];

/** Who did what: kept for as long as HIPAA asks, whatever the tenant says of other logs. */
const AUDIT_LOGS = /audit-trail|api-access|API-Gateway-Execution|aws-waf-logs|\/aws\/rds\//;

describe.each(ENVIRONMENTS)('a pipeline %s', (_, change) => {
  const { stack, resources, ofType } = synthesize(change);

  it('can be destroyed: nothing is retained, kept as a snapshot, or protected', () => {
    const kept = resources.filter(
      ({ Type, DeletionPolicy, UpdateReplacePolicy }) =>
        [DeletionPolicy, UpdateReplacePolicy].some((policy) => policy !== undefined && policy !== 'Delete') ||
        (SNAPSHOT_BY_DEFAULT.includes(Type) && DeletionPolicy !== 'Delete'),
    );
    const protectedOnes = resources.filter(({ Properties }) =>
      /"Deletion\w*Protection\w*":true/.test(JSON.stringify(Properties)),
    );

    expect(ids(kept)).toEqual([]);
    expect(ids(protectedOnes)).toEqual([]);
    expect(stack.terminationProtection).toBe(false);
  });

  it('tags every resource that can be tagged with tenant, environment and data classification', () => {
    const taggable = resources.filter(
      ({ Properties, Type }) => 'Tags' in Properties && !UNTAGGED_TYPES.some((type) => type === Type),
    );
    const wanting = taggable.filter(({ Properties }) => {
      const tags = JSON.stringify(Properties.Tags);
      return !['Tenant', 'Environment', 'DataClassification', 'CostCentre', 'Frameworks'].every((key) =>
        tags.includes(key),
      );
    });

    expect(taggable.length).toBeGreaterThan(50);
    expect(ids(wanting)).toEqual([]);
  });

  it('encrypts every log group with our key and keeps it for as long as the tenant said, and an audit’s for six years', () => {
    const days = change.compliance?.logRetentionDays ?? 2192;
    const wanting = ofType('AWS::Logs::LogGroup').filter(({ Properties }) => {
      const isAudit = AUDIT_LOGS.test(JSON.stringify(Properties.LogGroupName));
      return Properties.KmsKeyId === undefined || Properties.RetentionInDays !== (isAudit ? 2192 : days);
    });

    expect(ids(wanting)).toEqual([]);
  });

  it('encrypts every store with a key of its own', () => {
    const cache = hasRedis(change) ? (['AWS::ElastiCache::ReplicationGroup'] as const) : [];
    const files = change.workload === 'imaging' ? (['AWS::EFS::FileSystem'] as const) : [];
    // [type, property that names the key]; S3 and the rest are asserted where they are made.
    for (const [type, property] of [
      ...[...cache, ...files].map((store) => [store, 'KmsKeyId'] as const),
      [change.workload === 'records' ? 'AWS::RDS::DBInstance' : 'AWS::RDS::DBCluster', 'KmsKeyId'],
      ['AWS::Kinesis::Stream', 'StreamEncryption'],
      ['AWS::SNS::Topic', 'KmsMasterKeyId'],
      ...(change.workload === 'imaging' ? [] : ([['AWS::Lambda::Function', 'KmsKeyArn']] as const)),
    ] as const) {
      const own = ofType(type).filter(({ id }) => !id.startsWith('Custom'));
      for (const { Properties } of own) expect(JSON.stringify(Properties[property])).toMatch(/Keys(Data|Telemetry)/);
    }
  });

  it('rotates every key that encrypts, and takes no longer than it must to delete one', () => {
    for (const { Properties } of ofType('AWS::KMS::Key')) {
      expect(Properties.PendingWindowInDays).toBe(7);
      // KMS rotates no key that makes codes of texts, and such a one encrypts nothing.
      const encrypts = Properties.KeyUsage !== 'GENERATE_VERIFY_MAC';
      expect(Properties.EnableKeyRotation).toBe(encrypts ? true : undefined);
    }
  });

  it('lets nothing in from the internet', () => {
    const rules = [
      ...ofType('AWS::EC2::SecurityGroup').flatMap(({ Properties }) => Properties.SecurityGroupIngress ?? []),
      ...ofType('AWS::EC2::SecurityGroupIngress').map(({ Properties }) => Properties),
    ];

    expect(rules.length).toBeGreaterThan(0);
    expect(JSON.stringify(rules)).not.toMatch(/0\.0\.0\.0\/0|::\/0/);
  });

  it('puts no store into a subnet from which there is a way out', () => {
    const groups = resources.filter(({ Type }) => /^AWS::(RDS::DB|ElastiCache::)SubnetGroup$/.test(Type));

    expect(groups).toHaveLength(hasRedis(change) ? 2 : 1);
    for (const { Properties } of groups) {
      expect(JSON.stringify(Properties.SubnetIds).match(/NetworkVpc(\w+?)Subnet\d/g)).toEqual(
        [1, 2, 3].map((number) => `NetworkVpcisolatedSubnet${number}`),
      );
    }
  });

  it('puts no user name, password or patient into an environment variable', () => {
    const environments = [...ofType('AWS::ECS::TaskDefinition'), ...ofType('AWS::Lambda::Function')].map(
      ({ Properties }) => JSON.stringify(Properties.Environment ?? Properties.ContainerDefinitions),
    );

    expect(environments.join()).not.toMatch(/resolve:secretsmanager|password/i);
  });
});

function ids(resources: readonly Resource[]): string[] {
  return resources.map(({ id, Type }) => `${Type} ${id}`);
}

/** A cache where its token is set, and the queue that imaging always has. */
function hasRedis({ workload, secrets }: AnswersChange): boolean {
  return workload === 'imaging' || secrets?.cacheAuthTokenArn !== undefined;
}
