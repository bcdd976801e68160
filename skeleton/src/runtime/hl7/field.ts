import type { ErrorCondition, Hl7Fault } from './fault';
import type { Segment } from './message';

/** One repetition of a field. */
export class Field {
  constructor(
    readonly segment: Segment,
    readonly number: number,
    readonly repetition = 0,
  ) {}

  /** Text of a component, or of a part of it, without blanks around it; `undefined` when there is none. */
  text(component = 1, subcomponent = 1): string | undefined {
    const text = this.segment.subcomponent(this.number, component, subcomponent, this.repetition);
    // Control characters are nothing that a person wrote, and a database takes no NUL.
    const clean = text.replace(CONTROL_CHARACTERS, ' ').trim();
    return clean === '' ? undefined : clean;
  }

  fault(condition: ErrorCondition, text: string): Hl7Fault {
    return this.segment.fault(condition, this.number, text);
  }
}

// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]+/g;

/** Every repetition of a field that says something. */
export function fieldsOf(segment: Segment, field: number): Field[] {
  return Array.from({ length: segment.repetitions(field) }, (_, index) => new Field(segment, field, index));
}

/** The first repetition of a field, whether it says something or not. */
export function fieldOf(segment: Segment, field: number): Field {
  return new Field(segment, field);
}
