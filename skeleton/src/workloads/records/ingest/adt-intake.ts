import type { IngestDependencies } from './fhir-intake';
import { putEvent } from './put-event';
import { hl7Intake } from '../../../runtime/hl7/hl7-intake';
import type { Intake } from '../../../runtime/http/route';
import { adtEvent } from '../hl7/adt-event';

/** An ADT message in the body, answered with an acknowledgment. It goes into the stream as it came. */
export function adtIntake({ writer, observer, clock }: IngestDependencies): Intake {
  return hl7Intake({
    observer,
    clock,
    receive: async ({ segments, bytes, receivedAt }) => {
      const isTaken = await putEvent(writer, adtEvent(segments, receivedAt), bytes);
      return { acceptedCount: isTaken ? 1 : 0, delayedCount: isTaken ? 0 : 1, warnings: [] };
    },
  });
}
