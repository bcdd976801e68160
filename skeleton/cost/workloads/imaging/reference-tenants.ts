import { parseTenantSettings } from '../../../src/tenant';
import type { TenantSettings } from '../../../src/tenant';

/** Whose month the page estimates. Written out, since each repository’s `tenant.json` is another tenant’s. */
export const referenceTenants: readonly TenantSettings[] = [
  parseTenantSettings({
    tenant: {
      id: 'medtech-brazil-sa-east-1',
      name: 'MedTech Brazil',
      owner: 'group:default/medtech-brazil-platform',
    },
    workload: 'imaging',
    aws: {
      accountId: '222233334444',
      region: 'sa-east-1',
      environmentSuffix: 'prod',
      deployRoleArn: 'arn:aws:iam::222233334444:role/pipeline-deploy',
    },
    secrets: {
      databaseArn: 'arn:aws:secretsmanager:sa-east-1:222233334444:secret:medtech-brazil/imaging/database-J1k2L3',
      cacheAuthTokenArn: 'arn:aws:secretsmanager:sa-east-1:222233334444:secret:medtech-brazil/imaging/queue-M4n5O6',
    },
    capacity: { scansPerDay: 5_000, scanSizeMegabytes: 250 },
    imaging: {
      domainName: 'imagens.medtech.example',
      certificateArn: 'arn:aws:acm:sa-east-1:222233334444:certificate/1234abcd-12ab-34cd-56ef-1234567890ab',
      truststoreUri: 's3://medtech-brazil-truststore/hospitals.pem',
      truststoreVersion: '3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH',
    },
    compliance: { frameworks: ['hipaa', 'lgpd'] },
  }),
];
