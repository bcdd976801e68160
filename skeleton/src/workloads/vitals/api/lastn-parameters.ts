import { matchingCodes, neverMatching } from './asked-codes';
import type { LatestQuery } from './reading-store';
import { OBSERVATION_CATEGORY_SYSTEM } from '../../../runtime/fhir/identifiers';
import type { Issue } from '../../../runtime/fhir/operation-outcome';
import { type AllOfAny, count, format, requiredReference, tokens } from '../../../runtime/fhir/search/parameter';
import { readSearch, type SearchDefinition } from '../../../runtime/fhir/search/read-search';
import { formatToken, tokenMatches, type TokenSearch } from '../../../runtime/fhir/search/token';
import { quoted } from '../../../runtime/fhir/search/value-error';

/**
 * What `GET /Observation/$lastn` may be asked (FHIR R4, OperationDefinition Observation-lastn). FHIR has callers name a code
 * or a category; here both may be left out, since there is one category and its codes are few.
 */
export const LASTN = {
  patient: requiredReference('Patient', 'Whose vital signs.'),
  code: tokens('Which vital signs, by LOINC code.'),
  category: tokens('Which kind of observations: all that there are here are vital-signs.'),
  max: count('Readings of each vital sign', { default: 1, max: 100 }),
  _format: format(),
} satisfies SearchDefinition;

const CATEGORY = { system: OBSERVATION_CATEGORY_SYSTEM, code: 'vital-signs' };

export interface Lastn {
  readonly query: LatestQuery;
  /** Codes and categories that never match. */
  readonly notes: readonly Issue[];
}

/** @throws FhirRequestError 400 that names each wrong parameter. */
export function readLastn(parameters: URLSearchParams): Lastn {
  const asked = readSearch(LASTN, parameters);
  const isOfCategory = asked.category.every((any) => any.some((token) => tokenMatches(token, CATEGORY)));
  return {
    query: {
      patientId: asked.patient,
      codes: isOfCategory ? matchingCodes(asked.code) : [],
      max: asked.max,
    },
    notes: [...neverMatching(asked.code), ...otherCategories(asked.category)],
  };
}

function otherCategories(asked: AllOfAny<TokenSearch>): readonly Issue[] {
  return asked
    .flat()
    .filter((token) => !tokenMatches(token, CATEGORY))
    .map((token) => ({
      severity: 'warning',
      code: 'not-found',
      diagnostics: `category: ${quoted(formatToken(token))} is no category of this pipeline; there is ${CATEGORY.code} of ${CATEGORY.system}`,
      parameter: 'category',
    }));
}
