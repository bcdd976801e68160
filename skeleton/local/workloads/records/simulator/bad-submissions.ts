import type { Observation } from 'fhir/r4';

export const SUBMISSION_FAULTS = [
  'no JSON',
  'missing status',
  'wrong code',
  'impossible date',
  'two values',
  'empty list',
  'unknown element',
  'text for a number',
  'reference to itself',
  'one wrong entry',
] as const;
export type SubmissionFault = (typeof SUBMISSION_FAULTS)[number];

/** Spoils a good Observation in one way, so that no processor may store it. @returns what is sent in its place. */
export function spoil(observation: Observation, fault: SubmissionFault): string {
  return fault === 'no JSON' ? JSON.stringify(observation).slice(0, -20) : JSON.stringify(spoiled(observation, fault));
}

function spoiled(good: Observation, fault: Exclude<SubmissionFault, 'no JSON'>): object {
  switch (fault) {
    case 'missing status':
      return { ...good, status: undefined };
    case 'wrong code':
      return { ...good, status: 'finished' };
    case 'impossible date':
      return { ...good, effectiveDateTime: '2026-02-30T08:00:00Z' };
    case 'two values':
      return { ...good, valueString: 'high' };
    case 'empty list':
      return { ...good, category: [] };
    case 'unknown element':
      return { ...good, mood: 'fine' };
    case 'text for a number':
      return { ...good, valueQuantity: { ...good.valueQuantity, value: '4.2' } };
    case 'reference to itself':
      return { ...good, hasMember: [{ reference: `Observation/${good.id}` }] };
    case 'one wrong entry':
      return {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [good, { ...good, id: `${good.id}-2`, status: 'finished' }].map((resource) => ({
          resource,
          request: { method: 'PUT', url: `Observation/${resource.id}` },
        })),
      };
  }
}
