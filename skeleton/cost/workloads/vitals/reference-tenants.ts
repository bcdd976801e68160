import { parseTenantSettings } from '../../../src/tenant';
import type { TenantAnswers, TenantSettings } from '../../../src/tenant';

/** Vital signs of MediTech Solutions: the reference, without a cache. */
const MEDITECH: TenantAnswers = {
  tenant: { id: 'meditech-eu-central-1', name: 'MediTech Solutions', owner: 'group:default/meditech-platform' },
  workload: 'vitals',
  aws: {
    accountId: '111122223333',
    region: 'eu-central-1',
    environmentSuffix: 'prod',
    deployRoleArn: 'arn:aws:iam::111122223333:role/pipeline-deploy',
  },
  secrets: { databaseArn: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:meditech/vitals/database-a1B2c3' },
  capacity: { peakEventsPerSecond: 1000 },
  compliance: { frameworks: ['hipaa', 'gdpr'] },
};

/** Vital signs of MedTech Solutions GmbH: the same, with a cache, in another region. */
const MEDTECH: TenantAnswers = {
  ...MEDITECH,
  tenant: { id: 'medtech-us-east-1', name: 'MedTech Solutions GmbH', owner: 'group:default/medtech-platform' },
  aws: {
    accountId: '444455556666',
    region: 'us-east-1',
    environmentSuffix: 'prod',
    deployRoleArn: 'arn:aws:iam::444455556666:role/pipeline-deploy',
  },
  secrets: {
    databaseArn: 'arn:aws:secretsmanager:us-east-1:444455556666:secret:medtech/vitals/database-D4e5F6',
    cacheAuthTokenArn: 'arn:aws:secretsmanager:us-east-1:444455556666:secret:medtech/vitals/cache-G7h8I9',
  },
};

/** Whose month the page estimates. Written out, since each repository’s `tenant.json` is another tenant’s. */
export const referenceTenants: readonly TenantSettings[] = [MEDITECH, MEDTECH].map(parseTenantSettings);
