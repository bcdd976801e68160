import { ProxiedSignInPage } from '@backstage/core-components';
import { SignInPageBlueprint } from '@backstage/plugin-app-react';

/**
 * Signs the guest in without a click.
 *
 * The page that asks the provider by itself is the one for authenticating proxies; the `guest` provider answers it in
 * the same way, with the entity set in `auth.providers.guest.userEntityRef`.
 */
export const guestSignInPage = SignInPageBlueprint.make({
  name: 'guest',
  params: {
    loader: () => Promise.resolve((props) => <ProxiedSignInPage {...props} provider="guest" />),
  },
});
