import { ProxiedSignInPage } from '@backstage/core-components';
import { SignInPageBlueprint } from '@backstage/plugin-app-react';

/**
 * Signs the guest in without a click.
 *
 * The page that asks the provider by itself is the one for authenticating proxies; the `guest` provider answers it in
 * the same way, with the entity set in `auth.providers.guest.userEntityRef`. The extension has no name, and so takes the
 * place of the app's own sign-in page; a second one beside it is an error.
 */
export const guestSignInPage = SignInPageBlueprint.make({
  params: {
    loader: () => Promise.resolve((props) => <ProxiedSignInPage {...props} provider="guest" />),
  },
});
