import { NAMED, nameOf } from './support/physical-names';
import { ENVIRONMENTS } from './support/settings';
import { synthesize } from './support/synthesis';
import { Names } from '../../src/foundation/naming';

/** Types whose resources have no name of their own: AWS gives them an id, or they are part of another resource. */
const UNNAMED = [
  'AWS::ApiGateway::BasePathMapping',
  'AWS::ApiGateway::ClientCertificate',
  'AWS::ApiGateway::Deployment',
  // Its name is the tenant's own DNS name.
  'AWS::ApiGateway::DomainName',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Resource',
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::EC2::EIP',
  'AWS::EC2::FlowLog',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::NatGateway',
  'AWS::EC2::Route',
  'AWS::EC2::RouteTable',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::EC2::Subnet',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPC',
  'AWS::EC2::VPCEndpoint',
  'AWS::EC2::VPCGatewayAttachment',
  // Their tag Name is theirs to be found by.
  'AWS::EFS::AccessPoint',
  'AWS::EFS::FileSystem',
  'AWS::EFS::MountTarget',
  'AWS::ElastiCache::ParameterGroup',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::ElasticLoadBalancingV2::ListenerRule',
  'AWS::KMS::Key',
  'AWS::Lambda::Permission',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::TopicPolicy',
  'AWS::SecretsManager::RotationSchedule',
  'AWS::SecretsManager::SecretTargetAttachment',
  'AWS::WAFv2::LoggingConfiguration',
  'AWS::WAFv2::WebACLAssociation',
  'Custom::S3AutoDeleteObjects',
  'Custom::ScaledReaders',
  'Custom::VpcRestrictDefaultSG',
];

/** Log groups whose name a service decides: it writes nowhere else. Each holds the name of the resource it belongs to. */
const NAMED_BY_A_SERVICE = [
  /^\/aws\/rds\/(cluster|instance)\/database-SUFFIX\/(postgresql|upgrade)$/,
  /^\/aws\/ecs\/containerinsights\/processors-SUFFIX\/performance$/,
];

describe.each(ENVIRONMENTS)('the physical names of a pipeline %s', (_, change) => {
  const suffix = change.aws?.environmentSuffix ?? 'prod';
  const { stack, resources } = synthesize(change);
  const names = resources.flatMap((resource) => nameOf(resource));

  it('end with the suffix, of a bucket with account and region after it', () => {
    const end = new RegExp(`-${suffix}$`);
    const bucketEnd = new RegExp(`-${suffix}-111122223333-[a-z]{2}-[a-z]+-\\d$`);
    const wrong = names.filter(({ resource, name }) => {
      if (resource.Type === 'AWS::ApiGateway::Stage') return name !== suffix;
      if (resource.Type === 'AWS::S3::Bucket') return !bucketEnd.test(name);
      // Its own id is in it, and its stage is the suffix.
      if (name.startsWith('API-Gateway-Execution-Logs_')) return !name.endsWith(`/${suffix}`);
      return !end.test(name) && !NAMED_BY_A_SERVICE.some((pattern) => pattern.test(name.replace(suffix, 'SUFFIX')));
    });

    expect(names.length).toBeGreaterThan(40);
    expect(wrong.map(({ name }) => name)).toEqual([]);
    expect(stack.stackName).toBe(`pipeline-${suffix}`);
  });

  it('fit the limits of AWS', () => {
    const tooLong = names.filter(({ name, maxLength }) => name.length > maxLength);

    expect(tooLong.map(({ name }) => name)).toEqual([]);
  });

  it('are set for every resource that can have one', () => {
    const unknownTypes = resources.filter(({ Type }) => !(Type in NAMED) && !UNNAMED.includes(Type));
    const unnamed = resources.filter((resource) => resource.Type in NAMED && nameOf(resource).length === 0);

    expect([...new Set(unknownTypes.map(({ Type }) => Type))]).toEqual([]);
    expect(unnamed.map(({ id }) => id)).toEqual([]);
  });

  it('are each used once for a type', () => {
    const taken = names.map(({ resource, name }) => `${resource.Type} ${name}`);

    expect(taken.filter((name, index) => taken.indexOf(name) !== index)).toEqual([]);
  });
});

describe('a name', () => {
  const names = new Names({ environmentSuffix: 'icu', accountId: '111122223333', region: 'eu-west-1' });

  it('is the resource type, then the suffix', () => {
    expect(names.of('events')).toBe('events-icu');
  });

  it('of a bucket ends with account and region, since buckets share one namespace', () => {
    expect(names.bucket('audit-trail')).toBe('audit-trail-icu-111122223333-eu-west-1');
  });
});
