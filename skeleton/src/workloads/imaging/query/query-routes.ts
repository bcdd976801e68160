import { type PatientDataDependencies, patientDataRoute } from './patient-data-route';
import { frameRoutes } from './retrieve/frame-routes';
import { instanceRoutes, type RetrieveDependencies } from './retrieve/instance-routes';
import { metadataRoutes } from './retrieve/metadata-routes';
import { renderedRoutes } from './retrieve/rendered-routes';
import { searchRoutes } from './search/search-routes';
import type { Route } from '../http/route';

export type QueryDependencies = RetrieveDependencies & PatientDataDependencies;

/** All that can be asked of what is stored. Each shows data of patients, and goes on record. */
export function queryRoutes(dependencies: QueryDependencies): Route[] {
  return [
    ...searchRoutes(dependencies),
    ...metadataRoutes(dependencies),
    ...renderedRoutes(dependencies),
    ...frameRoutes(dependencies),
    ...instanceRoutes(dependencies),
  ].map((route) => patientDataRoute(route, dependencies));
}
