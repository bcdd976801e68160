import type { Issue } from '../../../runtime/fhir/operation-outcome';
import { FhirRequestError } from '../../../runtime/fhir/request-error';

/** Entries of a batch at most, and events of an HL7 message. */
export const ENTRIES_MAX = 500;

/** One entry of a batch that asks for an Observation to be created, or what is wrong with it as an entry. */
export type BatchEntry =
  | { readonly resource: unknown; readonly fullUrl: string | undefined; readonly root: string }
  | { readonly issues: readonly Issue[] };

/**
 * The entries of a batch Bundle (FHIR R4, RESTful API, "batch/transaction"), each judged by itself.
 *
 * @throws FhirRequestError 413 above `ENTRIES_MAX`; 422 when it is no batch: a transaction too, since a stream cannot take all of it or
 * nothing.
 */
export function readBatch(json: unknown): readonly BatchEntry[] {
  const bundle = isObject(json) ? json : {};
  const { resourceType, type, entry } = bundle;
  if (resourceType !== 'Bundle') {
    throw wrong(
      'value',
      'Bundle.resourceType',
      'Expected a Bundle here; a single Observation is posted to Observation',
    );
  }
  if (type === 'transaction') {
    throw wrong(
      'not-supported',
      'Bundle.type',
      'A transaction would have to be stored as a whole or not at all, which a stream cannot promise: send a batch',
    );
  }
  if (type !== 'batch') throw wrong('value', 'Bundle.type', 'Legal is batch');
  if (!Array.isArray(entry) || entry.length === 0) {
    throw wrong('required', 'Bundle.entry', 'entry is missing: expected one or more Observations to create');
  }
  if (entry.length > ENTRIES_MAX) {
    throw new FhirRequestError(413, [
      {
        code: 'too-costly',
        diagnostics: `The Bundle has ${entry.length} entries: legal are ${ENTRIES_MAX} at most, send it in several requests`,
        expression: 'Bundle.entry',
      },
    ]);
  }
  return entry.map((one: unknown, index) => readEntry(one, `Bundle.entry[${index}]`));
}

function readEntry(entry: unknown, place: string): BatchEntry {
  if (!isObject(entry)) return { issues: [issue('structure', place, 'Expected an object')] };
  const { resource, fullUrl, request } = entry;
  const { method, url, ifNoneExist } = isObject(request) ? request : {};
  const issues: Issue[] = [];
  if (method !== 'POST') {
    issues.push(issue(codeFor(method), `${place}.request.method`, 'Legal is POST: create is all that is offered'));
  }
  if (typeof url !== 'string' || !/^\/?Observation$/.test(url)) {
    issues.push(issue(codeFor(url), `${place}.request.url`, 'Legal is Observation'));
  }
  if (ifNoneExist !== undefined) {
    issues.push(
      issue(
        'not-supported',
        `${place}.request.ifNoneExist`,
        'A condition cannot be judged here, and is not needed: what is sent again is stored once',
      ),
    );
  }
  if (resource === undefined) issues.push(issue('required', `${place}.resource`, 'resource is missing'));
  if (fullUrl !== undefined && typeof fullUrl !== 'string') {
    issues.push(issue('structure', `${place}.fullUrl`, 'Expected text'));
  }
  if (issues.length > 0) return { issues };
  return { resource, fullUrl: typeof fullUrl === 'string' ? fullUrl : undefined, root: `${place}.resource` };
}

function codeFor(value: unknown): 'required' | 'not-supported' {
  return value === undefined ? 'required' : 'not-supported';
}

function issue(code: Issue['code'], expression: string, diagnostics: string): Issue {
  return { code, diagnostics, expression };
}

function wrong(code: Issue['code'], expression: string, diagnostics: string): FhirRequestError {
  return new FhirRequestError(422, [issue(code, expression, diagnostics)]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
