import { addressedId, addressedType, notThere, removed, requirePlainQuery, UNKNOWN_TYPE } from './addressed-resource';
import type { FoundVersion, RecordStore } from './record-store';
import { patientsOfAll, shown } from './stored-version';
import { conditionalAnswer } from '../../../runtime/http/conditional-read';
import type { Answer, ApiContext, PatientDataRoute, Reading } from '../../../runtime/http/route';

const VERSION_ID_PATTERN = /^[1-9]\d{0,17}$/;

export interface RecordRoutesDependencies {
  readonly store: RecordStore;
  /** Types that the pipeline keeps: no others are shown, whatever is stored. */
  readonly resourceTypes: readonly string[];
}

/** `GET /{type}/{id}`: the current version. */
export function readRoute({ store, resourceTypes }: RecordRoutesDependencies): PatientDataRoute {
  return {
    path: '/:type/:id',
    patientData: { action: 'read', resourceType: UNKNOWN_TYPE },
    get: async (context, reading) => {
      const resourceType = addressedType(context, reading, resourceTypes);
      const resourceId = addressedId(context, reading);
      requirePlainQuery(context);
      return answer(context, reading, await store.current(resourceType, resourceId));
    },
  };
}

/** `GET /{type}/{id}/_history/{versionId}`: one version, however old. */
export function versionRoute({ store, resourceTypes }: RecordRoutesDependencies): PatientDataRoute {
  return {
    path: '/:type/:id/_history/:versionId',
    patientData: { action: 'vread', resourceType: UNKNOWN_TYPE },
    get: async (context, reading) => {
      const resourceType = addressedType(context, reading, resourceTypes);
      const resourceId = addressedId(context, reading);
      requirePlainQuery(context);
      const versionId = context.req.param('versionId') ?? '';
      if (!VERSION_ID_PATTERN.test(versionId)) throw notThere(resourceType);
      return answer(context, reading, await store.version(resourceType, resourceId, versionId));
    },
  };
}

/** @throws FhirRequestError 404 for what was never there, 410 for what was removed. */
function answer(context: ApiContext, reading: Reading, found: FoundVersion | undefined): Answer {
  if (found === undefined) throw notThere(reading.resourceType);
  const { content, contentBefore } = found;
  reading.patientIds = patientsOfAll([content, contentBefore]);
  if (content === null) throw removed(reading.resourceType);
  return conditionalAnswer(found, shown(content, found), (name) => context.req.header(name));
}
