/**
 * A place in a resource as FHIRPath (FHIRPath 2.0.0, "Path selection"), from a JSON pointer (RFC 6901): `/component/1/code` below
 * `Observation` is `Observation.component[1].code`.
 */
export function fhirPath(root: string, jsonPointer: string): string {
  return jsonPointer
    .split('/')
    .slice(1)
    .reduce((path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : `${path}.${step}`), root);
}

/** The same from the steps to a place. A name that is no element's is not repeated: it is the sender's own text. */
export function fhirPathOfSteps(root: string, steps: readonly (string | number)[]): string {
  return steps.reduce<string>(
    (path, step) => (typeof step === 'number' ? `${path}[${step}]` : isElementName(step) ? `${path}.${step}` : path),
    root,
  );
}

export function isElementName(name: string): boolean {
  return /^_?[A-Za-z][A-Za-z0-9]{0,63}$/.test(name);
}
