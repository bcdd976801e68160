import type { VitalSignsEvent } from '../../../src/workloads/vitals/event';
import { VitalSignPartitions } from '../../../src/workloads/vitals/partitions';
import { vitalsWorkload } from '../../../src/workloads/vitals/store';
import { startConsumerOf, type TestConsumer, type TestConsumerOptions } from '../../support/test-consumer';

/** Runs the vitals consumer in this process, on a stream of the double or the emulator. */
export function startVitalsConsumer(options: TestConsumerOptions<VitalSignsEvent>): TestConsumer {
  return startConsumerOf((pool) => vitalsWorkload(new VitalSignPartitions(pool, 90), 90), options);
}
