import { createFormField } from '@backstage/plugin-scaffolder-react/alpha';
import { tenantArnSchema } from './schema';
import { TenantArnField } from './tenant-arn-field';
import { judgeTenantArn } from './judge-tenant-arn';

/** `ui:field: TenantArn`: an ARN that must lie in the partition, region and account of the tenant. */
export const tenantArnFormField = createFormField({
  name: 'TenantArn',
  component: TenantArnField,
  validation: judgeTenantArn,
  schema: tenantArnSchema,
});
