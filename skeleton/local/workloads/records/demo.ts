import { latencyP99Ms, storedEventsCount } from './demo/figures';
import { HospitalFeed } from './demo/hospital-feed';
import { Hospital } from './simulator/hospital';
import type { OpenDemo } from '../../demo/workload-demo';

/** A hospital's administration, laboratory and documents; some submissions are spoiled and some sent twice, on purpose. */
export const openDemo: OpenDemo = ({ client, streamName, apiUrl, patients, seed, inFlight, figures, say }) => {
  const hospital = new Hospital({ patients, seed, startAtMs: Date.now() });
  const feed = new HospitalFeed({ client, streamName, hospital, seed, inFlight });
  return {
    begin: async () => {
      const patientId = hospital.patientId(0);
      say(
        `A hospital sends of ${patients} patients every five seconds each: HL7 v2 admissions, moves, discharges and merges, ` +
          'FHIR Observations, Conditions, documents, and reports as Bundles; some are spoiled, some are sent twice, on purpose.',
      );
      say(`  curl '${apiUrl}Patient/${patientId}'`);
      say(`  curl '${apiUrl}Patient/${patientId}/$everything?_count=5'`);
      say(`  curl '${apiUrl}AuditEvent?patient=${patientId}'\n`);
      await feed.sendDue(Date.now());
    },
    sendDue: async (nowMs) => feed.sendDue(nowMs),
    latencyP99Ms: async (seconds) => latencyP99Ms(figures, seconds),
    storedCount: async () => storedEventsCount(figures),
    notes: () => [`in hospital ${hospital.admittedCount}`],
  };
};
