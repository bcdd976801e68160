import { acceptsAnyOf } from '../fhir/media-types';

/** Names of HL7 v2 in ER7 in `Content-Type`; the second is that of HAPI's HL7 over HTTP. */
export const HL7_MEDIA_TYPES: readonly [string, ...string[]] = ['application/hl7-v2', 'x-application/hl7-v2+er7'];

const NAMES: ReadonlySet<string> = new Set(HL7_MEDIA_TYPES);

/** Whether an `Accept` header can be answered with an acknowledgment. */
export function acceptsHl7(accept: string | undefined): boolean {
  return acceptsAnyOf(NAMES, accept);
}
