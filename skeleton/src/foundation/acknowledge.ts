import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Rules of the HIPAA pack and of the AwsSolutions pack, as cdk-nag names them, such as `S3BucketReplicationEnabled` and `RDS10`. */
export interface AcknowledgedRules {
  readonly hipaa?: readonly string[];
  readonly solutions?: readonly string[];
}

/**
 * Accepts findings of cdk-nag on one construct, for a written reason.
 *
 * The ids carry their pack's prefix, since only then does the reason reach `validation-report.json`.
 */
export function acknowledge(construct: IConstruct, rules: AcknowledgedRules, reason: string): void {
  const ids = [
    ...(rules.hipaa ?? []).map((rule) => `HIPAA.Security::${rule}`),
    ...(rules.solutions ?? []).map((rule) => `AwsSolutions::${rule}`),
  ];
  for (const id of ids) Validations.of(construct).acknowledge({ id, reason });
}
