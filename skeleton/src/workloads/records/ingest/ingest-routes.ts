import { adtIntake } from './adt-intake';
import { createIntake, type IngestDependencies, transactionIntake, updateIntake } from './fhir-intake';
import type { IntakeRoute } from '../../../runtime/http/route';

/**
 * What takes records in: `POST /` a transaction Bundle or an HL7 v2 ADT message, told apart by `Content-Type`; `POST /{type}` and
 * `PUT /{type}/{id}` one resource. They become the same records of the stream that other systems write.
 */
export function ingestRoutes(dependencies: IngestDependencies): readonly IntakeRoute[] {
  return [
    { path: '/', patientData: 'none', intakes: [transactionIntake(dependencies), adtIntake(dependencies)] },
    { path: '/:type', patientData: 'none', intakes: [createIntake(dependencies)] },
    { path: '/:type/:id', method: 'PUT', patientData: 'none', intakes: [updateIntake(dependencies)] },
  ];
}
