import type { IngestDependencies } from './fhir-intake';
import { ingest } from './ingestor';
import { requireOru } from './oru-header';
import { oruToEvents } from './oru-to-events';
import { hl7Intake } from '../../../runtime/hl7/hl7-intake';
import type { Intake } from '../../../runtime/http/route';

/** An ORU^R01 in the body, answered with an acknowledgment. */
export function oruIntake(dependencies: IngestDependencies): Intake {
  const { writer, observer, clock, retentionDays } = dependencies;
  return hl7Intake({
    observer,
    clock,
    receive: async ({ header, segments, receivedAt }) => {
      requireOru(header);
      const { events, warnings } = oruToEvents(segments, receivedAt, retentionDays);
      const taken = await ingest(writer, events);
      return { acceptedCount: taken.size, delayedCount: events.length - taken.size, warnings };
    },
  });
}
