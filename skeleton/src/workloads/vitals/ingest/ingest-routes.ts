import { batchIntake, type IngestDependencies, observationIntake } from './fhir-intake';
import { oruIntake } from './oru-intake';
import type { IntakeRoute } from '../../../runtime/http/route';

/**
 * What takes events in: `POST /Observation` one FHIR Observation; `POST /` a batch Bundle of them, or an HL7 v2 message, told apart by
 * `Content-Type`. They become the same events that devices write into the stream.
 */
export function ingestRoutes(dependencies: IngestDependencies): readonly IntakeRoute[] {
  return [
    { path: '/Observation', patientData: 'none', intakes: [observationIntake(dependencies)] },
    { path: '/', patientData: 'none', intakes: [batchIntake(dependencies), oruIntake(dependencies)] },
  ];
}
