import { latencyP99Ms, storedEventsCount } from './demo/figures';
import { WardFeed } from './demo/ward-feed';
import { exampleEvents } from './hl7/example-events';
import { Ward } from './simulator/ward';
import { isLegalVitalSign } from './vital-sign-units';
import type { OpenDemo } from '../../demo/workload-demo';

/** A ward of monitors; some events are spoiled and some sent twice, on purpose. */
export const openDemo: OpenDemo = ({ client, streamName, apiUrl, patients, seed, inFlight, figures, say }) => {
  const ward = new Ward({ patients, seed, startAtMs: Date.now() });
  const patientIds = Array.from({ length: patients }, (_, index) => ward.patientId(index));
  const feed = new WardFeed({ client, streamName, ward, seed, inFlight });
  return {
    begin: async () => {
      await sendExamples(feed, say);
      say(`  curl '${apiUrl}Observation?patient=hl7-example'`);
      say(`${patients} monitors send one event a second each; some are spoiled, some are sent twice, on purpose.`);
      say(`  curl '${apiUrl}Observation?patient=${ward.patientId(0)}&_count=5'\n`);
    },
    sendDue: async (nowMs) => feed.sendReadings(nowMs),
    latencyP99Ms: async (seconds) => latencyP99Ms(figures, patientIds, seconds),
    storedCount: async () => storedEventsCount(figures),
    notes: () => [`alarms ${ward.alarmCount}`],
  };
};

/** Begins with vital signs that HL7 published, so that a known patient can be asked for. */
async function sendExamples(feed: WardFeed, say: (text: string) => void): Promise<void> {
  const { events, skipped } = exampleEvents({
    isLegal: isLegalVitalSign,
    lastObservedAtMs: Date.now(),
    idPrefix: 'hl7',
    seed: 'hl7',
  });
  await feed.sendEvents(events.map(({ event }) => event));
  say(`${events.length} of HL7's example Observations are on their way (${skipped.length} carry no vital sign).`);
}
