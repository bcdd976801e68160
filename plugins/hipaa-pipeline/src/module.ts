import { createFrontendModule } from '@backstage/frontend-plugin-api';
import { FormFieldBlueprint } from '@backstage/plugin-scaffolder-react/alpha';

/** Adds the field `TenantArn` to the scaffolder's forms. */
export default createFrontendModule({
  pluginId: 'scaffolder',
  extensions: [
    FormFieldBlueprint.make({
      name: 'tenant-arn',
      params: { field: () => import('./tenant-arn/form-field').then(({ tenantArnFormField }) => tenantArnFormField) },
    }),
  ],
});
