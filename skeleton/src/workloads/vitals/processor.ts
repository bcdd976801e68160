/** The vitals processor: reads the stream and stores vital signs. Bundled into one file, beside which the migrations are. */
import { connectLatestReadings } from './latest-readings-connection';
import { LatestReadingsWriter } from './latest-readings-writer';
import { VitalSignPartitions } from './partitions';
import { vitalsWorkload } from './store';
import { parseObservationProcessorEnvironment } from '../../runtime/environment';
import { processorProgram } from '../../runtime/process/processor-program';

processorProgram({
  directory: __dirname,
  parseEnvironment: parseObservationProcessorEnvironment,
  host: ({ environment, pool, log, metrics }) => {
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
});
