import { createBackend } from '@backstage/backend-defaults';
import { fileLocationsModule } from './file-locations';

/**
 * The Backstage backend, as a process of its own: it stops by itself on SIGTERM, and the portal that started it stops
 * the database afterwards.
 *
 * Settings: app-config.yaml in the working directory, and variables `APP_CONFIG_…` over it.
 * `PORTAL_FRONT_END=off` leaves out the pages (they need a build); the APIs are the same.
 */
const backend = createBackend();

if (process.env.PORTAL_FRONT_END !== 'off') backend.add(import('@backstage/plugin-app-backend'));
backend.add(import('@backstage/plugin-auth-backend'));
backend.add(import('@backstage/plugin-auth-backend-module-guest-provider'));
backend.add(import('@backstage/plugin-catalog-backend'));
backend.add(import('@backstage/plugin-catalog-backend-module-scaffolder-entity-model'));
backend.add(fileLocationsModule);
backend.add(import('@backstage/plugin-scaffolder-backend'));
backend.add(import('backstage-plugin-scaffolder-backend-module-hipaa-pipeline'));

// Its parent holds the other end of standard input: when that closes, the parent is gone, even by SIGKILL.
process.stdin.once('end', () => process.kill(process.pid, 'SIGTERM')).resume();

void backend.start();
