/**
 * The operator's program of the vitals pipeline: empties the quarantine, exports and erases one patient's data. Bundled into
 * one file. It runs as a task of its own in AWS, and by `npm run operate` beside the local stack.
 */
import { connectLatestReadings } from './latest-readings-connection';
import { vitalsOperations } from './operator-workload';
import { parseObservationOperatorEnvironment } from '../../runtime/environment';
import { Metrics } from '../../runtime/metrics/metrics';
import { operatorProgram } from '../../runtime/operations/operator-program';
import { STREAM_COMMANDS } from '../../runtime/operations/stream-commands';

operatorProgram({
  parseEnvironment: parseObservationOperatorEnvironment,
  commands: STREAM_COMMANDS,
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
});
