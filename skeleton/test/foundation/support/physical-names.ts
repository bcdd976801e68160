import type { Resource } from './synthesis';

/**
 * The property that names a resource of each type, with the longest name that AWS takes
 * (the reference page of each type in the CloudFormation User Guide).
 */
export const NAMED: Readonly<Record<string, readonly [property: string, maxLength: number]>> = {
  'AWS::ApiGatewayV2::VpcLink': ['Name', 128],
  'AWS::ApiGateway::RequestValidator': ['Name', 128],
  'AWS::ApiGateway::RestApi': ['Name', 128],
  'AWS::ApiGateway::Stage': ['StageName', 128],
  'AWS::ApplicationAutoScaling::ScalingPolicy': ['PolicyName', 256],
  'AWS::CloudTrail::Trail': ['TrailName', 128],
  'AWS::CloudWatch::Alarm': ['AlarmName', 255],
  'AWS::CloudWatch::CompositeAlarm': ['AlarmName', 255],
  'AWS::CloudWatch::Dashboard': ['DashboardName', 255],
  'AWS::EC2::SecurityGroup': ['GroupName', 255],
  'AWS::ECS::Cluster': ['ClusterName', 255],
  'AWS::ECS::Service': ['ServiceName', 255],
  'AWS::ECS::TaskDefinition': ['Family', 255],
  'AWS::ElastiCache::ReplicationGroup': ['ReplicationGroupId', 40],
  'AWS::ElastiCache::SubnetGroup': ['CacheSubnetGroupName', 255],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ['Name', 32],
  'AWS::ElasticLoadBalancingV2::TargetGroup': ['Name', 32],
  'AWS::IAM::ManagedPolicy': ['ManagedPolicyName', 128],
  'AWS::IAM::Role': ['RoleName', 64],
  'AWS::KMS::Alias': ['AliasName', 256],
  'AWS::Kinesis::Stream': ['Name', 128],
  'AWS::Lambda::Function': ['FunctionName', 64],
  'AWS::Logs::LogGroup': ['LogGroupName', 512],
  'AWS::RDS::DBCluster': ['DBClusterIdentifier', 63],
  'AWS::RDS::DBClusterParameterGroup': ['DBClusterParameterGroupName', 255],
  'AWS::RDS::DBInstance': ['DBInstanceIdentifier', 63],
  'AWS::RDS::DBParameterGroup': ['DBParameterGroupName', 255],
  'AWS::RDS::DBSubnetGroup': ['DBSubnetGroupName', 255],
  'AWS::S3::Bucket': ['BucketName', 63],
  'AWS::SNS::Topic': ['TopicName', 256],
  'AWS::WAFv2::WebACL': ['Name', 128],
};

/** The physical name of a resource, with the longest that AWS takes; none where it is not named. */
export function nameOf<Named extends Pick<Resource, 'Type' | 'Properties'>>(
  resource: Named,
): Array<{ resource: Named; name: string; maxLength: number }> {
  const [property, maxLength] = NAMED[resource.Type] ?? [];
  if (property === undefined || maxLength === undefined) return [];
  const value = resource.Properties[property];
  if (value === undefined) return [];
  return [{ resource, name: flatten(value), maxLength }];
}

/** The text of a name that CloudFormation joins from parts; the id of another resource stands as ten characters, as API Gateway's are. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  const join = (value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'];
  if (join === undefined) return 'abcdefghij';
  return join[1].map((part) => flatten(part)).join(join[0]);
}
