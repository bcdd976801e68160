import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { IncomingFiles } from './incoming-files';
import { intakeObserver } from './intake-observer';
import { RunningHashes } from './running-hashes';
import { ScanIntake } from './scan-intake';
import { StowIntake } from './stow/stow-intake';
import { stowRoutes } from './stow/stow-routes';
import { tusRoutes } from './tus-routes';
import { UploadLocks } from './upload-locks';
import { UploadWriter } from './upload-writer';
import { DatabasePool } from '../../../runtime/postgres/pool';
import { DatabaseSecret } from '../../../runtime/postgres/secret';
import { AuthTokenSecret } from '../../../runtime/redis/auth-token';
import type { UploadEnvironment } from '../environment';
import { Hospitals } from '../http/hospitals';
import { schemaReady } from '../http/schema-ready';
import type { OpenServer, ServerTools } from '../http/server-program';
import { MemoryKeeper } from '../memory-keeper';
import { ScanQueue } from '../queue/scan-queue';
import { UploadTable } from '../store/uploads';

/** A statement on locks answers at once, or the connection is lost. */
const LOCK_STATEMENT_MS = 5_000;
/** Parts come at hundreds of megabytes a second, each chunk of them in a buffer of its own. */
const COLLECT_EVERY_MS = 250;

/** Puts together what receives files. No connection is made before it is needed. */
export function openUpload({ environment, log, metrics }: ServerTools<UploadEnvironment>): OpenServer {
  const { region, database, queue: queueSettings, publicUrl, scanFolder } = environment;
  const secretsManager = new SecretsManagerClient({ region });
  const secret = new DatabaseSecret(secretsManager, database.secretArn);
  const access = { database, secret, role: 'pipeline_uploader', log } as const;
  const pool = new DatabasePool(access);
  const lockPool = new DatabasePool({
    ...access,
    applicationName: 'pipeline_uploader locks',
    connectionsMax: 1,
    statementTimeoutMs: LOCK_STATEMENT_MS,
  });
  const tokenSecret = new AuthTokenSecret(secretsManager, queueSettings.authTokenSecretArn);
  const queue = new ScanQueue({ queue: queueSettings, secret: tokenSecret, log, database: pool });
  const observer = intakeObserver(log, metrics);
  const files = new IncomingFiles(scanFolder);
  const uploads = new UploadTable(pool);
  const hospitals = new Hospitals(pool);
  const intake = new ScanIntake({ pool, files, queue, observer });
  const writer = new UploadWriter({ uploads, files, intake, observer, hashes: new RunningHashes() });
  const locks = new UploadLocks({ pool: lockPool });
  const stowIntake = new StowIntake({ uploads, files, intake, observer });
  const memory = new MemoryKeeper(COLLECT_EVERY_MS);
  return {
    routes: [
      ...tusRoutes({ uploads, files, writer, locks, hospitals, publicUrl }),
      ...stowRoutes({ intake: stowIntake, hospitals, publicUrl }),
    ].map((route) => ({
      ...route,
      handle: async (exchange) => {
        await route.handle(exchange);
        void memory.keep();
      },
    })),
    ready: async () => {
      await files.prepare();
      await schemaReady(pool, 'SELECT writer, copy FROM upload LIMIT 0');
    },
    close: async () => {
      await locks.close();
      await queue.close();
      await Promise.all([pool.end(), lockPool.end()]);
      secretsManager.destroy();
    },
  };
}
