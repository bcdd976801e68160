import { type ErrorCondition, type Hl7Fault, Hl7Refusal } from '../../../runtime/hl7/fault';
import type { Segment } from '../../../runtime/hl7/message';

/** Versions whose ORU^R01 has the same segments and fields, as far as they are read. */
const VERSION = /^2\.[1-9](?:\.\d)?$/;

/**
 * Judges whether a message is one that is taken at all: ORU^R01, in production, of a version 2.
 *
 * @throws Hl7Refusal AR with everything in MSH that is missing or not supported.
 */
export function requireOru(header: Segment): void {
  const faults: Hl7Fault[] = [];
  const demand = (field: number, isLegal: boolean, condition: ErrorCondition, text: string) => {
    if (header.isEmpty(field)) faults.push(header.fault('101', field, `MSH-${field} is missing: ${text}`));
    else if (!isLegal) faults.push(header.fault(condition, field, text));
  };
  const [type, trigger, processing] = [header.component(9), header.component(9, 2), header.component(11)];
  demand(9, type === 'ORU', '200', 'Legal is ORU^R01');
  if (type === 'ORU' && trigger !== 'R01') faults.push(header.fault('201', 9, 'Legal is ORU^R01'));
  demand(10, true, '101', 'Expected an id of the message, by which it is known when it comes again');
  demand(11, processing === 'P', '202', 'Legal is P: messages of trainings and tests are not stored');
  demand(12, VERSION.test(header.component(12)), '203', 'Legal are 2.1 to 2.9');
  const [first, ...rest] = faults;
  if (first !== undefined) throw new Hl7Refusal('AR', [first, ...rest]);
}
