import { readEntry, type TransactionEntry } from './bundle-entry';
import { rewrittenReferences } from './bundle-references';
import type { Refusal } from './refusal';
import { resourceRefusal } from './resource';
import type { RecordChange } from '../record-event';
import { isResourceTree, resourceWrite } from './resource-write';
import type { ExactJson } from '../../../runtime/fhir/exact-json';
import type { Issue } from '../../../runtime/fhir/operation-outcome';
import { circlesAmong } from '../../../runtime/fhir/validation/circular-references';
import { resourceIssues } from '../../../runtime/fhir/validation/resource-issues';

/** Entries of a transaction at most. */
export const ENTRIES_MAX = 500;

/** Faults told of one entry at most, so that each wrong entry is told of. */
const ISSUES_OF_ENTRY_MAX = 3;

export type BundleResult = { readonly changes: readonly RecordChange[] } | { readonly refusal: Refusal };

/**
 * Reads a transaction Bundle (FHIR R4, RESTful API, "batch/transaction"): all of its entries are right, and what they refer to among
 * each other is by `Type/id`, or the Bundle is refused as a whole, with what is wrong with each entry.
 */
export function decodeBundle({ plain, exact }: ExactJson, resourceTypes: ReadonlySet<string>): BundleResult {
  const { type, entry: plainEntries } = asObject(plain);
  const { entry: exactEntries } = asObject(exact);
  if (type !== 'transaction') return refused('bundle_not_transaction');
  if (!Array.isArray(plainEntries) || !Array.isArray(exactEntries) || plainEntries.length === 0) {
    return refused('bundle_empty');
  }
  if (plainEntries.length > ENTRIES_MAX) return refused('bundle_too_large');

  const shellIssues = resourceIssues('Bundle', shellOf(asObject(plain), plainEntries), 'Bundle');
  const entries: TransactionEntry[] = [];
  const issues: Issue[] = [...shellIssues];
  plainEntries.forEach((one: unknown, index) => {
    const place = `Bundle.entry[${index}]`;
    if (shellIssues.some(({ expression = '' }) => expression === place || expression.startsWith(`${place}.`))) return;
    const entry = readEntry(asObject(one), asObject(exactEntries[index]), place);
    if ('issues' in entry) {
      issues.push(...entry.issues.slice(0, ISSUES_OF_ENTRY_MAX));
    } else {
      entries.push(entry);
      issues.push(...issuesOf(entry, asObject(one), resourceTypes));
    }
  });
  issues.push(...repeatedTargets(entries));
  return issues.length > 0 ? refused('bundle_invalid', issues) : changesOf(entries);
}

/** Says nothing, and is valid. */
const STAND_IN = { resourceType: 'Binary', contentType: 'text/plain' };

/** The Bundle with others in place of its resources, which are looked at one by one. */
function shellOf(bundle: Readonly<Record<string, unknown>>, entries: readonly unknown[]): object {
  return {
    ...bundle,
    entry: entries.map((one) => {
      if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
      return 'resource' in one ? { ...one, resource: STAND_IN } : one;
    }),
  };
}

function issuesOf(
  { kind, resourceType, place }: TransactionEntry,
  plain: Readonly<Record<string, unknown>>,
  resourceTypes: ReadonlySet<string>,
): readonly Issue[] {
  if (kind === 'write') {
    const refusal = resourceRefusal(asObject(plain.resource), resourceTypes, `${place}.resource`);
    return refusal?.issues.slice(0, ISSUES_OF_ENTRY_MAX) ?? [];
  }
  if (resourceTypes.has(resourceType)) return [];
  const diagnostics = `Legal are ${[...resourceTypes].join(', ')}, with an id`;
  return [{ code: 'not-supported', diagnostics, expression: `${place}.request.url` }];
}

/** No two entries may change one resource, since the order of entries must not matter. */
function repeatedTargets(entries: readonly TransactionEntry[]): Issue[] {
  const seen = new Set<string>();
  return entries.flatMap(({ resourceType, resourceId, place }) => {
    const target = `${resourceType}/${resourceId}`;
    if (!seen.has(target)) {
      seen.add(target);
      return [];
    }
    const diagnostics = 'An earlier entry changes the same resource: legal is one entry a resource';
    return [{ code: 'business-rule' as const, diagnostics, expression: place }];
  });
}

function changesOf(entries: readonly TransactionEntry[]): BundleResult {
  const targets = new Map(
    entries.flatMap(({ kind, fullUrl, resourceType, resourceId }) =>
      kind === 'write' && fullUrl !== undefined ? [[fullUrl, `${resourceType}/${resourceId}`] as const] : [],
    ),
  );
  const rewritten = entries.map((entry) =>
    entry.kind === 'removal' ? entry : { ...entry, resource: rewrittenReferences(entry.resource, targets) },
  );
  const circles = circlesAmong(
    rewritten.flatMap((entry) => {
      if (entry.kind === 'removal') return [];
      const { resourceType, resourceId, resource, place } = entry;
      return [{ target: `${resourceType}/${resourceId}`, resource, root: `${place}.resource` }];
    }),
  );
  if (circles.length > 0) return refused('bundle_invalid', circles);
  return {
    changes: rewritten.map((entry) => {
      const { resourceType, resourceId } = entry;
      if (entry.kind === 'removal') return { kind: 'removal', resourceType, resourceId, sourceUpdatedAt: null };
      if (!isResourceTree(entry.resource)) throw new Error('A resource was no resource any more behind its references');
      return resourceWrite(entry.resource, { resourceId });
    }),
  };
}

function refused(code: Refusal['code'], issues: readonly Issue[] = []): { readonly refusal: Refusal } {
  return { refusal: { code, issues } };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
