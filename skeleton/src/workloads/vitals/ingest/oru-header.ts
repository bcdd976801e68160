import { requireHeader } from '../../../runtime/hl7/header';
import type { Segment } from '../../../runtime/hl7/message';

/**
 * Judges whether a message is one that is taken at all: ORU^R01, in production, of a version 2.
 *
 * @throws Hl7Refusal AR with everything in MSH that is missing or not supported.
 */
export function requireOru(header: Segment): void {
  requireHeader(header, {
    type: 'ORU',
    triggers: ['R01'],
    // Those whose ORU^R01 has the same segments and fields, as far as they are read.
    versions: { pattern: /^2\.[1-9](?:\.\d)?$/, legal: 'Legal are 2.1 to 2.9' },
  });
}
