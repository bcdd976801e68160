import { isUtf8 } from 'node:buffer';
import { checkEvent, observationWindow, ObservationWindow, RejectionCode, REJECTIONS, VitalSignsEvent } from './event';
import { DecodedRecord, RejectedEvent, WHOLE_RECORD } from '../../runtime/kinesis/workload';

/** Fifty measurements take 4 kB, so this is generous, and bounds what a parser is given. */
const EVENT_BYTES_MAX = 32_768;
/** The largest record that Kinesis takes, 10 MiB, holds fewer events than this. */
const LINES_MAX = 60_000;
const LINE_FEED = 0x0a;

/**
 * Reads a record of the stream: events as lines of JSON, one or several, empty lines allowed. A line that is no event is
 * rejected by itself, and the others are kept. A record that is noise as a whole is rejected as a whole, so that it makes
 * one row in quarantine and not thousands.
 */
export function decodeRecord(data: Uint8Array, now: Date, retentionDays: number): DecodedRecord<VitalSignsEvent> {
  const window = observationWindow(now, retentionDays);
  const decoded = isUtf8(data) ? decodeText(data, window) : decodeLines(linesOf(data), window);
  if (typeof decoded === 'string') return rejectWhole(data, decoded);
  if (decoded.accepted.length > 0) return decoded;
  if (decoded.rejected.length === 0) return rejectWhole(data, 'record_empty');
  return isUtf8(data) ? decoded : rejectWhole(data, 'record_not_utf8');
}

/** Reads one event as it lies in quarantine: a line of a record. */
export function decodeEvent(
  line: Uint8Array,
  now: Date,
  retentionDays: number,
): { readonly event: VitalSignsEvent } | { readonly rejected: RejectedEvent } {
  const result = decodeLine(line, observationWindow(now, retentionDays)) ?? 'record_empty';
  return typeof result === 'string' ? { rejected: rejectedEvent(0, result, line) } : { event: result };
}

/** The common case, without looking at bytes: the text is decoded at once, and split. */
function decodeText(data: Uint8Array, window: ObservationWindow): DecodedRecord<VitalSignsEvent> | RejectionCode {
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
  if (text.indexOf('\n') < 0) return decodeLines([text], window);
  return decodeLines(text.split('\n', LINES_MAX + 1), window);
}

type Line = string | Uint8Array;

function decodeLines(
  lines: readonly Line[],
  window: ObservationWindow,
): DecodedRecord<VitalSignsEvent> | RejectionCode {
  if (lines.length > LINES_MAX) return 'record_too_many_lines';
  const accepted: Array<{ eventIndex: number; event: VitalSignsEvent }> = [];
  const rejected: RejectedEvent[] = [];
  lines.forEach((line, eventIndex) => {
    const result = decodeLine(line, window);
    if (result === undefined) return;
    if (typeof result === 'string') rejected.push(rejectedEvent(eventIndex, result, Buffer.from(line)));
    else accepted.push({ eventIndex, event: result });
  });
  return { accepted, rejected };
}

/** The event, or why it is none; `undefined` for an empty line. */
function decodeLine(line: Line, window: ObservationWindow): VitalSignsEvent | RejectionCode | undefined {
  // A character takes three bytes at the most in UTF-8 for each unit of UTF-16, so a short string is a short line.
  const isLong =
    line.length > EVENT_BYTES_MAX ||
    (line.length * 3 > EVENT_BYTES_MAX && typeof line === 'string' && Buffer.byteLength(line) > EVENT_BYTES_MAX);
  if (isLong) return 'event_too_large';
  if (typeof line !== 'string' && !isUtf8(line)) return 'event_not_utf8';
  const text = typeof line === 'string' ? line : Buffer.from(line).toString('utf8');
  if (text.trim() === '') return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'event_not_json';
  }
  const result = checkEvent(json, window);
  return 'event' in result ? result.event : result.rejection;
}

function linesOf(data: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = data.indexOf(LINE_FEED); end >= 0 && lines.length <= LINES_MAX; end = data.indexOf(LINE_FEED, start)) {
    lines.push(data.subarray(start, end));
    start = end + 1;
  }
  lines.push(data.subarray(start));
  return lines;
}

function rejectWhole(data: Uint8Array, code: RejectionCode): DecodedRecord<VitalSignsEvent> {
  return { accepted: [], rejected: [rejectedEvent(WHOLE_RECORD, code, data)] };
}

function rejectedEvent(eventIndex: number, reasonCode: RejectionCode, payload: Uint8Array): RejectedEvent {
  return { eventIndex, reasonCode, reason: REJECTIONS[reasonCode], payload };
}
