import { type Hl7Context, Hl7Message as ParsedMessage, type Hl7Segment as ParsedSegment } from '@medplum/core';
import { unescapeText } from './escapes';
import { type ErrorCondition, type Hl7Fault, type Hl7Place, Hl7Refusal } from './fault';

/** A segment of a message that was found to be in order. */
export class Segment {
  constructor(
    private readonly parsed: ParsedSegment,
    private readonly context: Hl7Context,
    readonly name: string,
    /** Which of the segments of this name, from 1. */
    readonly sequence: number,
  ) {}

  /** The text of a component, without escapes; empty when it is not there. HL7's null, `""`, is empty as well. */
  component(field: number, component = 1, repetition = 0): string {
    // A component's first subcomponent is what senders mean that know of no subcomponents.
    return this.subcomponent(field, component, 1, repetition);
  }

  /** The text of a part of a component, as `component` gives it. */
  subcomponent(field: number, component: number, subcomponent: number, repetition = 0): string {
    const raw = this.parsed.getField(field)?.components[repetition]?.[component - 1] ?? '';
    const part = raw.split(this.context.subcomponentSeparator)[subcomponent - 1] ?? '';
    return part === '""' ? '' : unescapeText(part, this.context);
  }

  /** How often a field is said; 0 when it is empty. */
  repetitions(field: number): number {
    const components = this.parsed.getField(field)?.components ?? [];
    return components.length === 1 && this.isEmpty(field) ? 0 : components.length;
  }

  isEmpty(field: number): boolean {
    return /^(?:""|\s*)$/.test(this.parsed.getField(field)?.toString() ?? '');
  }

  place(field?: number, component?: number): Hl7Place {
    return {
      segment: this.name,
      sequence: this.sequence,
      ...(field === undefined ? {} : { field }),
      ...(component === undefined ? {} : { component }),
    };
  }

  fault(condition: ErrorCondition, field: number, text: string): Hl7Fault {
    return { condition, place: this.place(field), text };
  }
}

const SEGMENT_NAME = /^[A-Z][A-Z0-9]{2}$/;

/** One message, with what is wrong with its segments as such. The header is there all the same, so that the sender can be answered. */
export interface Message {
  readonly header: Segment;
  /** Those that have a name, the header first. */
  readonly segments: readonly [Segment, ...Segment[]];
  readonly faults: readonly Hl7Fault[];
}

/**
 * Reads one message in ER7, the encoding with vertical bars (HL7 v2.5.1, chapter 2). Names every segment that is broken, and a
 * second message.
 *
 * @throws Hl7Refusal AR where nothing can be told apart: no segment, or separators that cannot separate.
 */
export function parseMessage(text: string): Message {
  requireSeparators(text);
  const message = ParsedMessage.parse(text.replace(/[\r\n]+$/, ''));
  const counts = new Map<string, number>();
  const segments: Segment[] = [];
  const faults: Hl7Fault[] = [];
  message.segments.forEach((parsed, index) => {
    const { name } = parsed;
    const sequence = (counts.get(name) ?? 0) + 1;
    counts.set(name, sequence);
    if (!SEGMENT_NAME.test(name)) {
      faults.push(broken(segments.at(-1), index));
    } else if (name === 'MSH' && index > 0) {
      const place = { segment: 'MSH', sequence };
      faults.push({ condition: '100', place, text: 'A second message begins: send one message a request' });
    } else {
      segments.push(new Segment(parsed, message.context, name, sequence));
    }
  });
  const [header, ...rest] = segments;
  if (header === undefined) throw new Hl7Refusal('AR', isAny(faults) ? faults : [broken(undefined, 0)]);
  return { header, segments: [header, ...rest], faults };
}

/** @throws Hl7Refusal AR with every segment that is broken. */
export function requireWhole({ faults }: Message): void {
  if (isAny(faults)) throw new Hl7Refusal('AR', faults);
}

function isAny(faults: readonly Hl7Fault[]): faults is readonly [Hl7Fault, ...Hl7Fault[]] {
  return faults.length > 0;
}

/** What should be a segment has no name to be called by, so it is told by the one before it. */
function broken(before: Segment | undefined, index: number): Hl7Fault {
  return {
    condition: '100',
    place: before?.place() ?? { segment: 'MSH', sequence: 1 },
    text: `Segment ${index + 1} of the message, after ${before?.name ?? 'none'}, has no name of three capital letters or digits`,
  };
}

function requireSeparators(text: string): void {
  const separators = [...text.slice(3, 8)];
  const isLegal =
    separators.length === 5 &&
    new Set(separators).size === 5 &&
    separators.every((one) => /^[!-/:-@[-`{-~]$/.test(one));
  // MSH-2 ends where the field separator comes again; a fifth character is the truncation character of v2.7.
  const end = text.indexOf(separators[0] ?? '', 4);
  if (isLegal && (end === 8 || end === 9)) return;
  throw new Hl7Refusal('AR', [
    {
      condition: '102',
      place: { segment: 'MSH', sequence: 1, field: 2 },
      text: 'MSH-1 and MSH-2 are no separators: expected five different punctuation marks, such as |^~\\&',
    },
  ]);
}
