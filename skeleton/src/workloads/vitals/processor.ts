/**
 * The vitals processor: reads the stream and stores vital signs. Bundled into one file, which is all that the container
 * image holds beside the migrations.
 *
 * `node index.mjs` runs it; `node index.mjs --health` asks the running one for its health and exits with 0 or 1.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { connectLatestReadings } from './latest-readings-connection';
import { LatestReadingsWriter } from './latest-readings-writer';
import { VitalSignPartitions } from './partitions';
import { vitalsWorkload } from './store';
import { EnvironmentError, parseProcessorEnvironment, ProcessorEnvironment } from '../../runtime/environment';
import { logCrashes } from '../../runtime/log/crash';
import { createLog } from '../../runtime/log/log';
import { Metrics } from '../../runtime/metrics/metrics';
import { isHealthy } from '../../runtime/process/health';
import { runUntilSignalled } from '../../runtime/process/lifecycle';
import { runProcessor } from '../../runtime/process/processor';

const DEFAULT_HEALTH_PORT = 8080;

if (process.argv.includes('--health')) void checkHealth();
else void run();

async function checkHealth(): Promise<void> {
  const healthy = await isHealthy(Number(process.env.HEALTH_PORT ?? DEFAULT_HEALTH_PORT));
  process.exit(healthy ? 0 : 1);
}

async function run(): Promise<void> {
  const environment = readEnvironment();
  const log = createLog({ service: 'processor', environment: environment.environmentSuffix });
  logCrashes(log);
  const metrics = new Metrics(environment.environmentSuffix);
  await runUntilSignalled(log, async (signal) =>
    runProcessor({
      environment,
      migrationsDirectory: join(__dirname, 'migrations'),
      host: (pool) => {
        const { cache, region, observationRetentionDays } = environment;
        const partitions = new VitalSignPartitions(pool, observationRetentionDays);
        const connection = connectLatestReadings({ cache, region, log, metrics });
        const writer = connection && new LatestReadingsWriter(connection);
        return {
          workload: vitalsWorkload(partitions, observationRetentionDays, writer),
          maintain: async (now) => partitions.maintain(now),
          close: async () => {
            await writer?.close();
            await connection?.close();
          },
        };
      },
      log,
      metrics,
      workerId: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
      signal,
    }),
  );
}

/** A wrong environment is told to the person who wrote it. It names variables, and no value. */
function readEnvironment(): ProcessorEnvironment {
  try {
    return parseProcessorEnvironment(process.env);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(1);
  }
}
