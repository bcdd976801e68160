import { Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

export interface ServiceRoleProps {
  /** Service that assumes the role, such as `ecs-tasks.amazonaws.com`. */
  readonly service: string;
  readonly roleName: string;
  /**
   * ARN, or pattern of ARNs, of the resource on whose behalf the service assumes the role.
   * Default: any resource of this account.
   */
  readonly sourceArn?: string;
  /** Default: true. Lambda assumes the role of a function without telling the source, so its trust cannot ask for one. */
  readonly checkSource?: boolean;
}

/**
 * A role for one service, and for this account's resources only: otherwise the service could be made to use it for another
 * account's resource (IAM User Guide, "The confused deputy problem"). Permissions come from managed policies, so that they are listed
 * apart from the role and never inline.
 */
export function serviceRole(scope: Construct, id: string, props: ServiceRoleProps): Role {
  const { service, roleName, sourceArn, checkSource = true } = props;
  return new Role(scope, id, {
    roleName,
    assumedBy: new ServicePrincipal(
      service,
      checkSource
        ? {
            conditions: {
              StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
              ...(sourceArn === undefined ? {} : { ArnLike: { 'aws:SourceArn': sourceArn } }),
            },
          }
        : {},
    ),
  });
}
