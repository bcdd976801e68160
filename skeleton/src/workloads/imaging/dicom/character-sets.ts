/**
 * Text of a data set, by its Specific Character Set (DICOM PS3.3, C.12.1.1.2; PS3.5, 6.1). With code extensions (ISO 2022), escape sequences
 * change within a value which letters bytes stand for.
 */
export interface TextDecoding {
  /** Value as the file has it, padding included. Bytes that no letter has become U+FFFD. */
  decode(bytes: Buffer): string;
}

type Decode = (bytes: Buffer) => string;

/** What bytes below and above 0x80 stand for. */
interface CodeElements {
  readonly low: Decode;
  readonly high: Decode;
}

const latin1: Decode = (bytes) => bytes.toString('latin1');

/** By the WHATWG's name of an encoding, all of which Node knows (full ICU). */
function named(encoding: string): Decode {
  const decoder = new TextDecoder(encoding);
  return (bytes) => decoder.decode(bytes);
}

/** A byte with its high bit set. */
function upper(byte = 0): number {
  return (byte % 0x80) + 0x80;
}

/** Bytes of 94 × 94 letters in seven bits, which the encoding for Unix has with the high bit set. */
function doubled(prefix: readonly number[]): Decode {
  const decode = named('euc-jp');
  return (bytes) => {
    const pairs: number[] = [];
    for (let index = 0; index + 1 < bytes.length; index += 2) {
      pairs.push(...prefix, upper(bytes[index]), upper(bytes[index + 1]));
    }
    return decode(Buffer.from(pairs));
  };
}

const JAPANESE_SINGLE = named('shift_jis');
const JAPANESE = doubled([]);
const JAPANESE_SUPPLEMENT = doubled([0x8f]);
const KOREAN = named('euc-kr');
const CHINESE = named('gb18030');

/** Letters above 0x80 of the sets of one byte, by the number of their defined term. */
const SINGLE_BYTE: Readonly<Record<string, Decode>> = {
  '6': latin1,
  '100': latin1,
  '101': named('iso-8859-2'),
  '109': named('iso-8859-3'),
  '110': named('iso-8859-4'),
  '144': named('iso-8859-5'),
  '127': named('iso-8859-6'),
  '126': named('iso-8859-7'),
  '138': named('iso-8859-8'),
  '148': named('windows-1254'),
  '203': named('iso-8859-15'),
  '166': named('windows-874'),
  '13': JAPANESE_SINGLE,
};

/** Sets of several bytes, of which no other can be used beside. */
const MULTI_BYTE: Readonly<Record<string, Decode>> = {
  'ISO_IR 192': named('utf-8'),
  GB18030: CHINESE,
  GBK: named('gbk'),
};

/** Escape sequences, behind the byte 0x1B (DICOM PS3.3, Tables C.12-3 and C.12-4). */
const ESCAPES: ReadonlyArray<readonly [sequence: string, elements: Partial<CodeElements>]> = [
  ['$)C', { high: KOREAN }],
  ['$)A', { high: CHINESE }],
  ['$(D', { low: JAPANESE_SUPPLEMENT }],
  ['$B', { low: JAPANESE }],
  ['(B', { low: latin1 }],
  ['(J', { low: JAPANESE_SINGLE }],
  [')I', { high: JAPANESE_SINGLE }],
  ['-A', { high: latin1 }],
  ['-B', { high: SINGLE_BYTE['101'] ?? latin1 }],
  ['-C', { high: SINGLE_BYTE['109'] ?? latin1 }],
  ['-D', { high: SINGLE_BYTE['110'] ?? latin1 }],
  ['-L', { high: SINGLE_BYTE['144'] ?? latin1 }],
  ['-G', { high: SINGLE_BYTE['127'] ?? latin1 }],
  ['-F', { high: SINGLE_BYTE['126'] ?? latin1 }],
  ['-H', { high: SINGLE_BYTE['138'] ?? latin1 }],
  ['-M', { high: SINGLE_BYTE['148'] ?? latin1 }],
  ['-b', { high: SINGLE_BYTE['203'] ?? latin1 }],
  ['-T', { high: SINGLE_BYTE['166'] ?? latin1 }],
];

const ESCAPE = 0x1b;
/** Where the set of the first value is in force again (PS3.5, 6.1.2.5.3): ends of lines, and what parts values and parts of names. */
const DELIMITERS: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x5c, 0x5e, 0x3d]);

/** @param terms values of Specific Character Set (0008,0005), without padding; none for the default repertoire. */
export function textDecoding(terms: readonly string[]): TextDecoding {
  const [first = ''] = terms;
  const whole = MULTI_BYTE[first];
  if (whole !== undefined) return { decode: whole };
  const initial = initialElements(first);
  return { decode: (bytes) => decodeRuns(bytes, initial) };
}

function initialElements(term: string): CodeElements {
  const number = /^ISO(?:_IR| 2022 IR) (\d+)$/.exec(term.replace(/^ISO-IR/, 'ISO_IR'))?.[1] ?? '6';
  const high = SINGLE_BYTE[number] ?? latin1;
  return { low: number === '13' ? JAPANESE_SINGLE : latin1, high };
}

/** Parts a value into runs of one set each. */
function decodeRuns(bytes: Buffer, initial: CodeElements): string {
  let elements = initial;
  let text = '';
  let start = 0;
  const flush = (end: number) => {
    if (end > start) text += decodeRun(bytes.subarray(start, end), elements);
  };
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte === ESCAPE) {
      flush(index);
      const escape = ESCAPES.find(
        ([sequence]) => bytes.toString('latin1', index + 1, index + 1 + sequence.length) === sequence,
      );
      if (escape !== undefined) elements = { ...elements, ...escape[1] };
      start = index + 1 + (escape?.[0].length ?? 0);
      index = start - 1;
    } else if (DELIMITERS.has(byte) && elements.low !== JAPANESE && elements.low !== JAPANESE_SUPPLEMENT) {
      flush(index);
      text += String.fromCharCode(byte);
      start = index + 1;
      elements = initial;
    }
  }
  flush(bytes.length);
  return text;
}

/** Letters of one and of two bytes take turns in a run: each stretch below or above 0x80 is decoded by itself. */
function decodeRun(run: Buffer, { low, high }: CodeElements): string {
  let text = '';
  let start = 0;
  while (start < run.length) {
    const isHigh = (run[start] ?? 0) >= 0x80;
    let end = start + 1;
    while (end < run.length && (run[end] ?? 0) >= 0x80 === isHigh) end += 1;
    text += (isHigh ? high : low)(run.subarray(start, end));
    start = end;
  }
  return text;
}
