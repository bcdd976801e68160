import { decodeBundle } from './bundle';
import { eventId } from './identity';
import type { Refusal } from './refusal';
import type { RejectionCode } from './rejections';
import { KNOWN_TYPES, resourceRefusal } from './resource';
import type { RecordEvent } from '../record-event';
import { isResourceTree, resourceWrite } from './resource-write';
import { type ExactJson, parseExactJson, stringifyExactJson } from '../../../runtime/fhir/exact-json';
import type { Issue } from '../../../runtime/fhir/operation-outcome';
import { fhirPathOfSteps } from '../../../runtime/fhir/validation/fhir-path';
import { DEPTH_MAX } from '../../../runtime/fhir/validation/resource-issues';

export type Submission = { readonly event: RecordEvent } | { readonly refusal: Refusal };

/**
 * Reads a resource, or a transaction Bundle, in JSON: valid by the rules of FHIR R4 and of a type that is taken, or refused as
 * a whole. Never throws for what the text says.
 *
 * @param resourceTypes the tenant's.
 */
export function decodeSubmission(text: string, resourceTypes: ReadonlySet<string>): Submission {
  const json = parseExactJson(text, DEPTH_MAX);
  if (!('fault' in json)) return decodeTree(json, resourceTypes);
  const { fault } = json;
  switch (fault.kind) {
    case 'syntax':
      return refused('event_not_json');
    case 'nested':
      return refused('nested_too_deep');
    case 'repeated': {
      const expression = fhirPathOfSteps(rootOf(JSON.parse(text)), [...fault.steps, fault.name]);
      return refused('json_name_repeated', [{ code: 'structure', diagnostics: 'An object says it twice', expression }]);
    }
  }
}

/** The same of JSON that was parsed already. */
export function decodeTree(json: ExactJson, resourceTypes: ReadonlySet<string>): Submission {
  const { plain, exact } = json;
  if (!isObject(plain)) return refused('event_not_object');
  if (plain.resourceType === 'Bundle') {
    const bundle = decodeBundle(json, resourceTypes);
    if ('refusal' in bundle) return bundle;
    return { event: { id: eventId(stringifyExactJson(exact)), source: 'fhir', changes: bundle.changes } };
  }
  const refusal = resourceRefusal(plain, resourceTypes, rootOf(plain));
  if (refusal !== undefined) return { refusal };
  if (!isResourceTree(exact)) return refused('event_not_object');
  const write = resourceWrite(exact);
  return { event: { id: eventId(write.content), source: 'fhir', changes: [write] } };
}

function refused(code: RejectionCode, issues: readonly Issue[] = []): { readonly refusal: Refusal } {
  return { refusal: { code, issues } };
}

/** What the path of a fault begins with: the resource's type where it is one of FHIR's, since any other may be anything. */
function rootOf(plain: unknown): string {
  const type = isObject(plain) ? plain.resourceType : undefined;
  return typeof type === 'string' && (KNOWN_TYPES.has(type) || type === 'Bundle') ? type : 'Resource';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
