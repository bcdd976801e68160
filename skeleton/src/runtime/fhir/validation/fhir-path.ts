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
