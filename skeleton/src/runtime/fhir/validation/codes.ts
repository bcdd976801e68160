import { isObject } from '../fhirpath/collection';

/** Codes named in a fault at most. */
const NAMED_MAX = 30;

/**
 * Judges a `code`, `Coding` or `CodeableConcept` by a required binding (FHIR R4, Terminologies, "Binding Strengths").
 *
 * @param codes by system.
 * @returns what is legal, when the value is not.
 */
export function codesFault(codes: Readonly<Record<string, readonly string[]>>): (value: unknown) => string | undefined {
  const bare = new Set(Object.values(codes).flat());
  const withSystem = new Set(
    Object.entries(codes).flatMap(([system, some]) => some.map((code) => `${system}|${code}`)),
  );
  const [legal, legalWithSystem] = [named([...bare]), named([...withSystem])];
  return (value) => {
    if (!isObject(value)) return bare.has(String(value)) ? undefined : legal;
    const codings: readonly unknown[] = Array.isArray(value.coding) ? value.coding : [value];
    const isThere = codings.some(
      (coding) => isObject(coding) && withSystem.has(`${String(coding.system)}|${String(coding.code)}`),
    );
    return isThere ? undefined : legalWithSystem;
  };
}

function named(codes: readonly string[]): string {
  if (codes.length <= NAMED_MAX) return codes.join(', ');
  return `${codes.slice(0, NAMED_MAX).join(', ')} and ${codes.length - NAMED_MAX} more`;
}
