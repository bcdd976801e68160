import { isUtf8 } from 'node:buffer';
import { type ExactJson, parseExactJson } from '../../../runtime/fhir/exact-json';
import { parseJsonBody } from '../../../runtime/fhir/json-body';
import type { Issue } from '../../../runtime/fhir/operation-outcome';
import { FhirRequestError } from '../../../runtime/fhir/request-error';
import { DEPTH_MAX } from '../../../runtime/fhir/validation/resource-issues';
import { type Refusal } from '../decode/refusal';
import { REJECTIONS } from '../decode/rejections';

/**
 * The JSON in a body, with the digits that came.
 *
 * @throws FhirRequestError 400 that names the place: when the body is not UTF-8, no JSON, or says an element twice; 422 when it nests
 * deeper than is read.
 */
export function readExactBody(bytes: Uint8Array): ExactJson {
  const json = isUtf8(bytes) ? parseExactJson(new TextDecoder().decode(bytes), DEPTH_MAX) : undefined;
  if (json !== undefined && !('fault' in json)) return json;
  if (json?.fault.kind === 'nested') throw refusedWith('structure', REJECTIONS.nested_too_deep);
  parseJsonBody(bytes);
  throw new Error('two readers of JSON do not agree on a body');
}

/** What a refused submission is answered. */
export function refusalIssues({ code, issues }: Refusal): readonly Issue[] {
  return issues.length > 0 ? issues : [{ code: 'invalid', diagnostics: REJECTIONS[code] }];
}

/** A request of which nothing is taken. */
export function refusedWith(code: Issue['code'], diagnostics: string, expression?: string): FhirRequestError {
  return new FhirRequestError(422, [{ code, diagnostics, ...(expression === undefined ? {} : { expression }) }]);
}
