import type { Observation } from 'fhir/r4';
import { readMeasurements } from './observation-measurements';
import { contentName, type IngestEvent, type ReadingDraft, toIngestEvent, UNKNOWN_DEVICE } from './reading-draft';
import { FHIR_ID_PATTERN } from '../../../runtime/fhir/identifiers';
import type { Issue } from '../../../runtime/fhir/operation-outcome';
import { resourceIssues } from '../../../runtime/fhir/validation/resource-issues';

export interface ObservationSource {
  /** Place of the resource, such as `Bundle.entry[3].resource`. */
  readonly root: string;
  /** The entry's own name for it, such as `urn:uuid:…`; `undefined` when there is none. */
  readonly fullUrl: string | undefined;
  /** Judges the time of observation. */
  readonly now: Date;
  readonly retentionDays: number;
}

export type ObservationResult = { readonly event: IngestEvent } | { readonly issues: readonly Issue[] };

/** Values that a person or device has released (FHIR R4, value set ObservationStatus). What is preliminary may still change. */
const RELEASED = ['final', 'amended', 'corrected'];

/**
 * Makes an event of what is to be an Observation of a vital sign. Only what an event carries is kept: patient, device, time, codes,
 * values and units.
 *
 * The event's id is made of the Observation's first identifier, else of the entry's `fullUrl` when it is a `urn:uuid`, else of
 * what it says; of an amended or corrected one also of what it says, since it would else be taken for the one it corrects.
 */
export function observationToEvent(resource: unknown, source: ObservationSource): ObservationResult {
  const { root, fullUrl, now, retentionDays } = source;
  const faults = resourceIssues('Observation', resource, root);
  if (faults.length > 0) return { issues: faults };
  // The validator has just said so.
  const observation = resource as Observation;
  const measured = readMeasurements(observation, root);
  const patientId = patientOf(observation);
  const issues = [
    ...statusIssues(observation, root),
    ...subjectIssues(observation, patientId, root),
    ...timeIssues(observation, root),
    ...('issues' in measured ? measured.issues : []),
  ];
  const observedAt = observation.effectiveDateTime;
  if (issues.length > 0 || 'issues' in measured || patientId === undefined || observedAt === undefined) {
    return { issues };
  }
  const draft: ReadingDraft = {
    patientId,
    deviceId: deviceOf(observation),
    observedAt,
    measurements: measured.measurements,
    name: undefined,
  };
  const result = toIngestEvent({ ...draft, name: nameOf(observation, fullUrl, draft) }, now, retentionDays);
  if ('event' in result) return result;
  // Everything else has been checked above.
  return { issues: [{ code: 'value', diagnostics: result.rejection.reason, expression: `${root}.effectiveDateTime` }] };
}

function statusIssues(observation: Observation, root: string): Issue[] {
  const { status, modifierExtension, implicitRules } = observation;
  const issues: Issue[] = [];
  if (!RELEASED.includes(status)) {
    const diagnostics = `Only what is released is stored: legal are ${RELEASED.join(', ')}`;
    issues.push({ code: 'business-rule', diagnostics, expression: `${root}.status` });
  }
  // Both may turn a resource's meaning around, and who does not know them may not go on (FHIR R4, "isModifier").
  if (modifierExtension !== undefined) issues.push(notUnderstood(`${root}.modifierExtension`));
  if (implicitRules !== undefined) issues.push(notUnderstood(`${root}.implicitRules`));
  return issues;
}

function notUnderstood(expression: string): Issue {
  return {
    code: 'extension',
    diagnostics: 'It may change what the resource means, and is not understood here',
    expression,
  };
}

function patientOf({ subject }: Observation): string | undefined {
  const id = /^Patient\/(.*)$/.exec(subject?.reference ?? '')?.[1];
  return id !== undefined && FHIR_ID_PATTERN.test(id) ? id : undefined;
}

function subjectIssues({ subject }: Observation, patientId: string | undefined, root: string): Issue[] {
  if (patientId !== undefined) return [];
  const place = `${root}.subject`;
  if (subject === undefined) return [{ code: 'required', diagnostics: 'subject is missing', expression: place }];
  return [
    { code: 'value', diagnostics: 'Expected Patient/ and the patient’s id here', expression: `${place}.reference` },
  ];
}

function timeIssues(observation: Observation, root: string): Issue[] {
  const expression = `${root}.effectiveDateTime`;
  const { effectiveDateTime } = observation;
  if (effectiveDateTime === undefined) {
    return [{ code: 'required', diagnostics: 'effectiveDateTime is missing: expected the moment', expression }];
  }
  if (effectiveDateTime.includes('T')) return [];
  const diagnostics = 'Expected the moment, to the second and with offset, such as 2026-11-22T10:00:00+01:00';
  return [{ code: 'value', diagnostics, expression }];
}

function deviceOf({ device }: Observation): string {
  const id = /^Device\/(.*)$/.exec(device?.reference ?? '')?.[1];
  return id !== undefined && FHIR_ID_PATTERN.test(id) ? id : UNKNOWN_DEVICE;
}

/** See `observationToEvent`. */
function nameOf(
  observation: Observation,
  fullUrl: string | undefined,
  draft: ReadingDraft,
): readonly string[] | undefined {
  const own = ownNameOf(observation, fullUrl);
  if (own === undefined || observation.status === 'final') return own;
  return [...own, observation.status, ...contentName(draft, Date.parse(draft.observedAt))];
}

function ownNameOf({ identifier }: Observation, fullUrl: string | undefined): readonly string[] | undefined {
  const named = identifier?.find(({ value }) => value !== undefined);
  if (named?.value !== undefined) return ['identifier', named.system ?? '', named.value];
  return fullUrl?.startsWith('urn:uuid:') ? ['fullUrl', fullUrl] : undefined;
}
