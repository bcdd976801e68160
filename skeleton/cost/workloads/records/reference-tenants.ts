import { parseTenantSettings } from '../../../src/tenant';
import type { TenantSettings } from '../../../src/tenant';

/** Whose month the page estimates. Written out, since each repository’s `tenant.json` is another tenant’s. */
export const referenceTenants: readonly TenantSettings[] = [
  parseTenantSettings({
    tenant: { id: 'records-eu-west-2', name: "St Mary's Health Records", owner: 'group:default/records-platform' },
    workload: 'records',
    aws: {
      accountId: '777788889999',
      region: 'eu-west-2',
      environmentSuffix: 'prod',
      deployRoleArn: 'arn:aws:iam::777788889999:role/pipeline-deploy',
    },
    secrets: { databaseArn: 'arn:aws:secretsmanager:eu-west-2:777788889999:secret:records/database-g7H8i9' },
    capacity: { peakEventsPerSecond: 200 },
    compliance: { frameworks: ['hipaa', 'gdpr'] },
  }),
];
