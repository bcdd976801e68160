import { createApp } from '@backstage/frontend-defaults';
import { createFrontendModule } from '@backstage/frontend-plugin-api';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import scaffolderPlugin from '@backstage/plugin-scaffolder/alpha';
import userSettingsPlugin from '@backstage/plugin-user-settings/alpha';
import hipaaPipelineFormFields from 'backstage-plugin-hipaa-pipeline';
import { guestSignInPage } from './guest-sign-in-page';

/** The portal: catalog and templates for a guest who is signed in without a click. */
export const app = createApp({
  features: [
    catalogPlugin,
    scaffolderPlugin,
    hipaaPipelineFormFields,
    userSettingsPlugin,
    createFrontendModule({ pluginId: 'app', extensions: [guestSignInPage] }),
  ],
});
