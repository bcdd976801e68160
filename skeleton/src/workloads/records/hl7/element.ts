/**
 * An element made of what there is: without parts that are undefined or empty lists; `undefined` when nothing is left, since
 * FHIR's elements are never empty (FHIR R4, invariant ele-1).
 */
export function element<Type extends object>(parts: {
  readonly [Name in keyof Type]: Type[Name] | undefined;
}): Type | undefined {
  const there = Object.entries(parts).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  // What is left out may be left out: the types that this is used with have optional parts only, or it is given the others.
  return there.length === 0 ? undefined : (Object.fromEntries(there) as Type);
}

/** Those that are there. */
export function present<Type>(values: readonly (Type | undefined)[]): Type[] {
  return values.flatMap((value) => (value === undefined ? [] : [value]));
}
