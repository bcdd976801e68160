import { type RetrieveDependencies, TARGETS } from './instance-routes';
import { StoredInstances, targetOf } from './stored-instances';
import type { Exchange } from '../../http/route';
import { acceptOf, requireDicomJson } from '../accept';
import { type Answer, DICOM_JSON } from '../answer';
import { requireParameters } from '../parameters';
import type { PatientDataRoute, Reading } from '../patient-data-route';

type MetadataDependencies = Pick<RetrieveDependencies, 'database' | 'scopes'>;

/** Elements of instances without bulk data, as a list in the DICOM JSON model (DICOM PS3.18, 10.4.1.1.2). */
export function metadataRoutes(dependencies: MetadataDependencies): PatientDataRoute[] {
  return TARGETS.map(({ path, resourceType }) => ({
    path: `${path}/metadata`,
    action: 'read',
    resourceType,
    get: async (exchange, reading) => metadata(exchange, reading, dependencies),
  }));
}

async function metadata(
  exchange: Exchange,
  reading: Reading,
  { database, scopes }: MetadataDependencies,
): Promise<Answer> {
  const target = targetOf(exchange, reading);
  requireParameters(exchange.query, []);
  requireDicomJson(acceptOf(exchange));
  const instances = new StoredInstances(database, await scopes.of(exchange), target);
  const { instancesCount } = await instances.require(reading);
  return {
    status: 200,
    headers: { 'Content-Type': DICOM_JSON },
    body: listOf(instances.metadata()),
    returnedCount: instancesCount,
  };
}

async function* listOf(objects: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let before = '[';
  for await (const object of objects) {
    yield Buffer.from(`${before}${object}`, 'utf8');
    before = ',';
  }
  yield Buffer.from(before === '[' ? '[]' : ']', 'utf8');
}
