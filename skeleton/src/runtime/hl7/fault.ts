/** Where in a message something is (HL7 v2.5.1, ERR-2 Error Location). All are counted from 1. */
export interface Hl7Place {
  /** Name of the segment, such as `OBX`. */
  readonly segment: string;
  /** Which of the segments of that name. */
  readonly sequence: number;
  readonly field?: number;
  readonly component?: number;
}

/** HL7 table 0357, message error condition codes, as far as they are used. */
export const ERROR_CONDITIONS = {
  '100': 'Segment sequence error',
  '101': 'Required field missing',
  '102': 'Data type error',
  '103': 'Table value not found',
  '200': 'Unsupported message type',
  '201': 'Unsupported event code',
  '202': 'Unsupported processing id',
  '203': 'Unsupported version id',
  '205': 'Duplicate key identifier',
  '207': 'Application internal error',
} as const;
export type ErrorCondition = keyof typeof ERROR_CONDITIONS;

/** Something that is wrong with a message. */
export interface Hl7Fault {
  /** Default `E`. `W`: the rest is taken all the same (HL7 table 0516). */
  readonly severity?: 'E' | 'W';
  readonly condition: ErrorCondition;
  readonly place: Hl7Place;
  /** What is wrong and what is legal. Never a value of the message, since that may be patient data. */
  readonly text: string;
}

/**
 * How a message is refused (HL7 table 0008). `AR`: it is no message that this receiver takes, whatever it says. `AE`: it is one,
 * and what it says is wrong.
 */
export type NegativeCode = 'AE' | 'AR';

/** A message that is not taken, with every fault that was found. */
export class Hl7Refusal extends Error {
  override readonly name = 'Hl7Refusal';

  constructor(
    readonly code: NegativeCode,
    readonly faults: readonly [Hl7Fault, ...Hl7Fault[]],
  ) {
    super(`message refused with ${code}`);
  }
}

/** The place as people write it: `OBX[2]-5`. */
export function describePlace({ segment, sequence, field, component }: Hl7Place): string {
  const ofField = field === undefined ? '' : `-${field}${component === undefined ? '' : `.${component}`}`;
  return `${segment}[${sequence}]${ofField}`;
}
