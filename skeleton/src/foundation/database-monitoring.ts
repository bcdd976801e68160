import { ArnFormat, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge';
import type { Names } from './naming';
import { serviceRole } from './service-role';

/**
 * The role with which RDS reports the operating system's figures of an instance.
 *
 * It writes them to `RDSOSMetrics`, one log group for the whole account and region. That belongs to the account's bootstrap, with key and
 * retention; this role may write to it, not make it.
 */
export function databaseMonitoringRole(scope: Construct, names: Names): Role {
  const role = serviceRole(scope, 'MonitoringRole', {
    service: 'monitoring.rds.amazonaws.com',
    roleName: names.of('database-monitoring'),
  });
  const logStreams = Stack.of(scope).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: 'RDSOSMetrics:log-stream:*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const policy = new ManagedPolicy(scope, 'MonitoringPolicy', {
    managedPolicyName: names.of('database-monitoring'),
    roles: [role],
    statements: [
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
        resources: [logStreams],
      }),
    ],
  });
  acknowledgeWildcard(
    policy,
    logStreams,
    'RDS names a stream after each instance, by an id that is not known before the instance is there.',
  );
  return role;
}
