import { Hl7Message, Hl7Segment } from '@medplum/core';
import { hl7Time } from './date-time';
import { escapeText } from './escapes';
import { describePlace, ERROR_CONDITIONS, type Hl7Fault, type NegativeCode } from './fault';
import type { Segment } from './message';

export interface Acknowledgment {
  readonly code: 'AA' | NegativeCode;
  /** The MSH that is answered; `undefined` when none could be read. */
  readonly header: Segment | undefined;
  /** Names the acknowledgment itself: 20 characters at most. */
  readonly controlId: string;
  readonly at: Date;
  readonly faults: readonly Hl7Fault[];
}

/** Faults told at most: a person mends the first ones, and an answer has to end. */
const FAULTS_MAX = 20;

/** The version that is spoken when the sender's is not known. */
const VERSION = '2.5.1';

/**
 * An acknowledgment (HL7 v2.5.1, 2.9.2, original mode): MSA with AA, AE or AR, and an ERR for each fault, with its place in ERR-2 and
 * its condition in ERR-3. Sender and receiver change places. Segments end with a carriage return, the last one too.
 */
export function acknowledgment({ code, header, controlId, at, faults }: Acknowledgment): string {
  const said = (field: number) => [1, 2, 3].map((part) => escapeText(header?.component(field, part) ?? '')).join('^');
  const echo = (field: number) => said(field).replace(/\^+$/, '');
  const trigger = /^[A-Z]\d{2}$/.test(header?.component(9, 2) ?? '') ? `^${header?.component(9, 2)}^ACK` : '';
  const processing = /^[DPT]$/.test(header?.component(11) ?? '') ? (header?.component(11) ?? 'P') : 'P';
  const version = /^2(\.\d){1,2}$/.test(header?.component(12) ?? '') ? (header?.component(12) ?? VERSION) : VERSION;
  const [first] = faults.filter(({ severity }) => severity !== 'W');
  const text = first === undefined ? '' : `${describePlace(first.place)}: ${first.text}`;
  const fields = [echo(5), echo(6), echo(3), echo(4), hl7Time(at), '', `ACK${trigger}`, controlId, processing, version];
  const message = new Hl7Message([
    // MSH-18: the body is UTF-8.
    new Hl7Segment(['MSH', '^~\\&', ...fields, '', '', '', '', '', 'UNICODE UTF-8']),
    new Hl7Segment(['MSA', code, echo(10), ...(text === '' ? [] : [escapeText(text)])]),
    ...faults.slice(0, FAULTS_MAX).map(errorSegment),
  ]);
  return `${message.toString()}\r`;
}

function errorSegment({ severity = 'E', condition, place, text }: Hl7Fault): Hl7Segment {
  const { segment, sequence, field, component } = place;
  const location = [segment, sequence, field, ...(component === undefined ? [] : [1, component])].join('^');
  const description = escapeText(text);
  return new Hl7Segment([
    'ERR',
    '',
    location.replace(/\^+$/, ''),
    `${condition}^${ERROR_CONDITIONS[condition]}^HL70357`,
    severity,
    '',
    '',
    description,
    description,
  ]);
}
