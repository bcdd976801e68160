import { Tags } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { TenantSettings } from '../tenant';

/**
 * Tags every resource below a construct. Values hold only what AWS allows in a tag: letters, digits, spaces and
 * `_ . : / = + - @` (AWS Tagging User Guide, "Tag naming limits and requirements"), hence the id and never the hospital's name.
 */
export function tagAll(scope: IConstruct, settings: TenantSettings): void {
  for (const [key, value] of Object.entries(tagsOf(settings))) {
    Tags.of(scope).add(key, value, { excludeResourceTypes: [...UNTAGGED_TYPES] });
  }
}

/** Types whose tags are too new for cfn-lint's schema; none costs anything or holds data. */
export const UNTAGGED_TYPES = [
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::CloudWatch::Dashboard',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::ElasticLoadBalancingV2::ListenerRule',
] as const;

export function tagsOf({ tenant, workload, aws, compliance }: TenantSettings): Record<string, string> {
  return {
    Tenant: tenant.id,
    Owner: tenant.owner,
    CostCentre: tenant.costCentre,
    Workload: workload,
    Environment: aws.environmentSuffix,
    // Protected health information, 45 CFR 160.103.
    DataClassification: 'phi',
    Frameworks: compliance.frameworks.join(' '),
    ManagedBy: 'cdk',
  };
}
