import { createBackendModule } from '@backstage/backend-plugin-api';
import { catalogLocationsExtensionPoint } from '@backstage/plugin-catalog-node';

/**
 * Lets actions register repositories that lie on this machine.
 *
 * A catalog takes only URLs from its API, since a path given by a stranger would read files of the server. This portal
 * listens on loopback: whoever reaches it can read them anyway.
 */
export const fileLocationsModule = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'file-locations',
  register(env) {
    env.registerInit({
      deps: { locations: catalogLocationsExtensionPoint },
      init({ locations }) {
        locations.setAllowedLocationTypes(['url', 'file']);
        return Promise.resolve();
      },
    });
  },
});
