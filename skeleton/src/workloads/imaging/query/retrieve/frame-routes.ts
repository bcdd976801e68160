import type { RetrieveDependencies } from './instance-routes';
import { StoredInstances, targetOf } from './stored-instances';
import { Problem } from '../../http/problem';
import type { PatientDataRoute } from '../patient-data-route';

const PATH = '/studies/:study/series/:series/instances/:instance/frames/:frames';

/** Frames are not taken out of their instance, and whoever asks for them is told what is offered instead. */
export function frameRoutes({
  database,
  scopes,
}: Pick<RetrieveDependencies, 'database' | 'scopes'>): PatientDataRoute[] {
  return ['', '/rendered', '/thumbnail'].map((rest) => ({
    path: `${PATH}${rest}`,
    action: 'read',
    resourceType: 'Instance',
    get: async (exchange, reading) => {
      const instances = new StoredInstances(database, await scopes.of(exchange), targetOf(exchange, reading));
      await instances.require(reading);
      throw new Problem(
        501,
        'not_offered',
        'Single frames are not offered: retrieve the instance, of which a range of bytes can be asked for, or its /rendered image.',
      );
    },
  }));
}
