import { isUtf8 } from 'node:buffer';
import { type Hl7Fault, Hl7Refusal } from './fault';
import { firstByteNotUtf8 } from '../fhir/json-body';

/** Reads text of one character set, or says at which byte it cannot. */
type Decoder = (bytes: Uint8Array) => string | { readonly wrongByte: number };

const utf8: Decoder = (bytes) =>
  isUtf8(bytes) ? new TextDecoder().decode(bytes) : { wrongByte: firstByteNotUtf8(bytes) };

const ascii: Decoder = (bytes) => {
  const wrongByte = bytes.findIndex((byte) => byte > 0x7f);
  return wrongByte < 0 ? latin1(bytes) : { wrongByte };
};

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** One of ISO 8859's, every byte of which is some character. */
const iso8859 = (part: number): Decoder => {
  // The Encoding standard reads windows-1252 for ISO 8859-1, which is another one.
  if (part === 1) return latin1;
  const decoder = new TextDecoder(`iso-8859-${part}`);
  return (bytes) => decoder.decode(bytes);
};

/** HL7 table 0211, alternate character sets, as far as they are read. */
const BY_MSH_18: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['ASCII', ascii],
  ['UNICODE UTF-8', utf8],
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 15].map((part): [string, Decoder] => [`8859/${part}`, iso8859(part)]),
]);

/** Names of the same in `Content-Type`, in small letters; the first is the one to recommend. */
export const HL7_CHARSETS: readonly [string, ...string[]] = [
  'utf-8',
  'us-ascii',
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 15].map((part) => `iso-8859-${part}`),
];

const BLOCK_START = 0x0b;
const BLOCK_END = 0x1c;

/**
 * The text of a message. Bytes of the minimal lower layer protocol around it are taken off, since gateways that speak it over
 * TCP often leave them on.
 *
 * The character set is the one of MSH-18, else the one of `Content-Type`, else UTF-8, which holds ASCII, HL7's default.
 * @param charset `charset` of `Content-Type`, one of `HL7_CHARSETS`.
 * @throws Hl7Refusal AR when there is no message, when the character set is unknown, or when a byte is none of it.
 */
export function decodeMessage(body: Uint8Array, charset: string | undefined): string {
  const bytes = withoutFrame(body);
  if (bytes.length === 0) throw rejected('101', 'The message is empty: expected segments from MSH on');
  const start = latin1(bytes.subarray(0, 4));
  if (/^\xff\xfe|^\xfe\xff|^M\0|^\0M/.test(start)) {
    throw rejected('103', `The message is in UTF-16: legal are ${[...BY_MSH_18.keys()].join(', ')}`, 18);
  }
  if (!start.startsWith('MSH')) throw rejected('100', 'The message does not begin with the segment MSH');
  const declared = charsetOfHeader(bytes);
  const decoder = declared === '' ? byContentType(charset) : BY_MSH_18.get(declared);
  if (decoder === undefined) {
    throw rejected('103', `MSH-18 is no known character set: legal are ${[...BY_MSH_18.keys()].join(', ')}`, 18);
  }
  const text = decoder(bytes);
  if (typeof text === 'string') return text;
  throw new Hl7Refusal('AR', [wrongByteFault(bytes, text.wrongByte, declared || charset || 'UTF-8')]);
}

/**
 * A message as it can be read without the `Content-Type` that came with it: its own bytes where MSH-18 tells the character set, else its
 * text in UTF-8.
 */
export function selfContained(body: Uint8Array, text: string): Uint8Array {
  const bytes = withoutFrame(body);
  return charsetOfHeader(bytes) === '' ? Buffer.from(text, 'utf8') : bytes;
}

function withoutFrame(body: Uint8Array): Uint8Array {
  let start = 0;
  let end = body.length;
  const isSpace = (byte: number | undefined) => byte === 0x0d || byte === 0x0a || byte === 0x20;
  if (Buffer.from(body.subarray(0, 3)).equals(Buffer.from([0xef, 0xbb, 0xbf]))) start = 3;
  while (start < end && (isSpace(body[start]) || body[start] === BLOCK_START)) start += 1;
  while (end > start && (isSpace(body[end - 1]) || body[end - 1] === BLOCK_END)) end -= 1;
  return body.subarray(start, end);
}

/** The first repetition of MSH-18. It and what stands before it is ASCII in every character set that is read here. */
function charsetOfHeader(bytes: Uint8Array): string {
  const header = latin1(bytes).split(/[\r\n]/, 1)[0] ?? '';
  const [field = '', , repetition = ''] = [header.charAt(3), header.charAt(4), header.charAt(5)];
  const value = field === '' ? '' : (header.split(field)[17] ?? '');
  return (repetition === '' ? value : (value.split(repetition)[0] ?? '')).trim().toUpperCase();
}

function byContentType(charset: string | undefined): Decoder | undefined {
  if (charset === undefined || charset === 'utf-8') return utf8;
  if (charset === 'us-ascii') return ascii;
  return BY_MSH_18.get(`8859/${charset.replace('iso-8859-', '')}`);
}

function rejected(condition: '100' | '101' | '103', text: string, field?: number): Hl7Refusal {
  const place = { segment: 'MSH', sequence: 1, ...(field === undefined ? {} : { field }) };
  return new Hl7Refusal('AR', [{ condition, place, text }]);
}

/** Names the field in which a byte is: up to it, the message is ASCII or was read rightly. */
function wrongByteFault(bytes: Uint8Array, index: number, charset: string): Hl7Fault {
  const segments = latin1(bytes.subarray(0, index)).split(/[\r\n]+/);
  const separator = String.fromCharCode(bytes[3] ?? 0);
  const fields = (segments.at(-1) ?? '').split(separator);
  const name = fields[0] ?? '';
  const isName = /^[A-Z][A-Z0-9]{2}$/.test(name);
  const segment = isName ? name : 'MSH';
  return {
    condition: '102',
    place: {
      segment,
      sequence: segments.filter((one) => one.startsWith(segment)).length || 1,
      ...(isName && fields.length > 1 ? { field: fields.length - (name === 'MSH' ? 0 : 1) } : {}),
    },
    text: `Byte ${index} of the message is not in the character set ${charset.toUpperCase()}`,
  };
}
