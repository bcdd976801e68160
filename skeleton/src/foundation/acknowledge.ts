import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Rules of each gate, by the names it gives them. */
export interface AcknowledgedRules {
  /** cdk-nag's HIPAA pack, such as `S3BucketReplicationEnabled`. */
  readonly hipaa?: readonly string[];
  /** cdk-nag's AwsSolutions pack, such as `RDS10`. */
  readonly solutions?: readonly string[];
  /** CDK's own check of the template, such as `W3010`. */
  readonly template?: readonly string[];
}

/**
 * Accepts findings on one construct and what it holds, for a written reason.
 *
 * CDK files a reason under plugin and rule, and cdk-nag begins each rule with its pack's name: hence the name twice. The reason is then in
 * `validation-report.json`.
 */
export function acknowledge(construct: IConstruct, rules: AcknowledgedRules, reason: string): void {
  const ids = [
    ...(rules.hipaa ?? []).map((rule) => `HIPAA.Security::HIPAA.Security-${rule}`),
    ...(rules.solutions ?? []).map((rule) => `AwsSolutions::AwsSolutions-${rule}`),
    ...(rules.template ?? []).map((rule) => `CloudFormation-Validate::${rule}`),
  ];
  for (const id of ids) Validations.of(construct).acknowledge({ id, reason });
}

/** Accepts one wildcard in the resources of a policy, for a written reason. Actions have none, so there is nothing to accept for them. */
export function acknowledgeWildcard(policy: IConstruct, resource: string, reason: string): void {
  acknowledge(policy, { solutions: [`IAM5[Resource::${resource}]`] }, reason);
}
