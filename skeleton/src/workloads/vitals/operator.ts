/**
 * The operator's program of the vitals pipeline: empties the quarantine, exports and erases one patient's data. Bundled into
 * one file. It runs as a task of its own in AWS, and by `npm run operate` beside the local stack.
 *
 * SIGTERM and SIGINT end it between two steps; the same command again does what is left.
 */
import { connectLatestReadings } from './latest-readings-connection';
import { vitalsOperations } from './operator-workload';
import { Metrics } from '../../runtime/metrics/metrics';
import { operate } from '../../runtime/operations/program';

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());

void operate({
  words: process.argv.slice(2),
  variables: process.env,
  signal: stopping.signal,
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  host: (pool, { cache, region, environmentSuffix, observationRetentionDays }, log) => {
    // Its figures are for processes that stay.
    const metrics = new Metrics(environmentSuffix, () => undefined);
    const connection = connectLatestReadings({ cache, region, log, metrics });
    return {
      workload: vitalsOperations({
        pool,
        retentionDays: observationRetentionDays,
        latestReadings: connection?.latestReadings,
      }),
      close: async () => connection?.close(),
    };
  },
}).then((exitCode) => {
  process.exitCode = exitCode;
});
