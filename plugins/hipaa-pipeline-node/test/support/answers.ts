import type { TenantAnswers } from '../../src';

/** Right answers of a made-up tenant; each test changes what it is about. */
export function someAnswers(changes: { tenantName?: string } = {}): TenantAnswers {
  return {
    tenant: {
      id: 'lakeside-eu-west-1',
      name: changes.tenantName ?? 'Lakeside Hospital',
      owner: 'group:default/lakeside-platform',
    },
    workload: 'vitals',
    aws: {
      accountId: '123456789012',
      region: 'eu-west-1',
      environmentSuffix: 'icu-test',
      deployRoleArn: 'arn:aws:iam::123456789012:role/pipeline-deploy',
    },
    secrets: {
      databaseArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:lakeside/database-a1B2c3',
    },
    capacity: { peakEventsPerSecond: 200 },
  };
}
