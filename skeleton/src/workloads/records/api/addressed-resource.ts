import { FHIR_ID_PATTERN } from '../../../runtime/fhir/identifiers';
import { FhirRequestError } from '../../../runtime/fhir/request-error';
import { format } from '../../../runtime/fhir/search/parameter';
import { readSearch } from '../../../runtime/fhir/search/read-search';
import type { ApiContext, Reading } from '../../../runtime/http/route';

/** What a path says of the type, for the trail of accesses, before the type is known to be one. */
export const UNKNOWN_TYPE = 'Resource';

/**
 * The type of resource in the path, on record from here on.
 *
 * @throws FhirRequestError 404 with the types that there are.
 */
export function addressedType(context: ApiContext, reading: Reading, resourceTypes: readonly string[]): string {
  const asked = context.req.param('type');
  const resourceType = resourceTypes.find((type) => type === asked);
  if (resourceType === undefined) {
    throw new FhirRequestError(404, [
      {
        code: 'not-supported',
        diagnostics: `There are no resources of this type here; legal are ${resourceTypes.join(', ')}`,
      },
    ]);
  }
  reading.resourceType = resourceType;
  return resourceType;
}

/**
 * The id in the path, on record from here on.
 *
 * @throws FhirRequestError 404 when it can be no id.
 */
export function addressedId(context: ApiContext, reading: Reading): string {
  const id = context.req.param('id') ?? '';
  if (!FHIR_ID_PATTERN.test(id)) throw notThere(reading.resourceType);
  reading.resourceId = id;
  if (reading.resourceType === 'Patient') reading.patientIds = [id];
  return id;
}

/** @throws FhirRequestError 400 when anything else than `_format` is asked. */
export function requirePlainQuery(context: ApiContext): void {
  readSearch({ _format: format() }, new URL(context.req.url).searchParams);
}

export function notThere(resourceType: string): FhirRequestError {
  return new FhirRequestError(404, [
    { code: 'not-found', diagnostics: `There is no such ${resourceType} here, and there was none` },
  ]);
}

export function removed(resourceType: string): FhirRequestError {
  return new FhirRequestError(410, [
    {
      code: 'deleted',
      diagnostics: `This ${resourceType} was removed by its source. Its earlier versions are in its _history`,
    },
  ]);
}
