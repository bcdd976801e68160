import type { TextEntry } from '../../../runtime/fhir/bundle-text';
import { type VersionMeta, withVersionMeta } from '../../../runtime/fhir/resource-text';
import { indexEntries } from '../decode/index-entries';

/** A version of a resource as it is stored. */
export interface StoredVersion extends VersionMeta {
  readonly resourceType: string;
  readonly resourceId: string;
  /** JSON as the source sent it; `null` for a version that says the resource was removed. */
  readonly content: string | null;
}

/** A version with its content, as callers see it. */
export function shown(content: string, version: VersionMeta): string {
  return withVersionMeta(content, version);
}

/** Ids of the patients whose data a resource is, for the trail of accesses: itself of a Patient, of others what their search parameter `patient` finds. */
export function patientsOf(content: string): string[] {
  const resource = JSON.parse(content) as { readonly resourceType: string; readonly id: string };
  if (resource.resourceType === 'Patient') return [resource.id];
  const own = indexEntries(resource).references.filter(
    ({ parameter, targetType }) => parameter === 'patient' && targetType === 'Patient',
  );
  return [...new Set(own.map(({ targetId }) => targetId))];
}

/** Ids of the patients whose data several resources are. */
export function patientsOfAll(contents: readonly (string | null)[]): string[] {
  return [...new Set(contents.flatMap((content) => (content === null ? [] : patientsOf(content))))];
}

/** A version as a search shows it. */
export function matchEntry(version: StoredVersion, baseUrl: string): TextEntry {
  const { resourceType, resourceId, content } = version;
  return {
    fullUrl: `${baseUrl}/${resourceType}/${resourceId}`,
    resource: content === null ? undefined : shown(content, version),
    search: { mode: 'match' },
  };
}
