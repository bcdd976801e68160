import { LOINC_SYSTEM } from '../../../runtime/fhir/identifiers';
import type { Issue } from '../../../runtime/fhir/operation-outcome';
import type { AllOfAny } from '../../../runtime/fhir/search/parameter';
import { formatToken, tokenMatches, type TokenSearch } from '../../../runtime/fhir/search/token';
import { quoted } from '../../../runtime/fhir/search/value-error';
import { VITAL_SIGNS } from '../vital-signs';

/** LOINC codes of all vital signs that can be stored. */
export const VITAL_SIGN_CODES = VITAL_SIGNS.map(({ code }) => code);

/** Codes that can be stored and are asked for; all of them when nothing is asked. */
export function matchingCodes(asked: AllOfAny<TokenSearch>): readonly string[] {
  return VITAL_SIGN_CODES.filter((code) => asked.every((any) => any.some((token) => matchesLoinc(token, code))));
}

/** A note for each token that never matches: a mistyped code must not look like a patient without readings. */
export function neverMatching(asked: AllOfAny<TokenSearch>): readonly Issue[] {
  return asked
    .flat()
    .filter((token) => !VITAL_SIGN_CODES.some((code) => matchesLoinc(token, code)))
    .map((token) => ({
      severity: 'warning',
      code: 'not-found',
      diagnostics: `code: ${quoted(formatToken(token))} is no vital sign of this pipeline; there are ${VITAL_SIGN_CODES.join(', ')} of ${LOINC_SYSTEM}`,
      parameter: 'code',
    }));
}

function matchesLoinc(token: TokenSearch, code: string): boolean {
  return tokenMatches(token, { system: LOINC_SYSTEM, code });
}
