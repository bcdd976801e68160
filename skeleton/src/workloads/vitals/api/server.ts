/**
 * The vitals API of the local stack, with the environment of both Lambda functions and `API_PORT`. It runs until SIGTERM or
 * SIGINT; exit code 1 when it cannot start.
 */
import { parseApiPort, serveApi } from './serve';
import {
  type ApiEnvironment,
  EnvironmentError,
  type IngestEnvironment,
  parseApiEnvironment,
  parseIngestEnvironment,
} from '../../../runtime/environment';
import { logCrashes } from '../../../runtime/log/crash';
import { createLog } from '../../../runtime/log/log';
import { Metrics } from '../../../runtime/metrics/metrics';
import { runUntilSignalled } from '../../../runtime/process/lifecycle';

void run();

async function run(): Promise<void> {
  const { environment, port } = readEnvironment();
  const log = createLog({ service: 'api', environment: environment.environmentSuffix });
  logCrashes(log);
  const metrics = new Metrics(environment.environmentSuffix);
  await runUntilSignalled(log, async (signal) => serveApi({ environment, port, log, metrics, signal }));
}

/** A wrong environment is told to the person who wrote it. It names variables, and no value. */
function readEnvironment(): {
  readonly environment: ApiEnvironment & IngestEnvironment;
  readonly port: number;
} {
  try {
    return {
      environment: { ...parseApiEnvironment(process.env), ...parseIngestEnvironment(process.env) },
      port: parseApiPort(process.env),
    };
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(1);
  }
}
