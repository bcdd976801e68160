import { LosslessNumber, parse, stringify } from 'lossless-json';

/** What a JSON text says, twice: as plain values to judge, and with each number's own digits to keep. */
export interface ExactJson {
  readonly plain: unknown;
  /** Numbers that JavaScript would write otherwise (`1.00`, `1e3`, long ones) are `LosslessNumber`s. The same object as `plain` when there are none. */
  readonly exact: unknown;
}

export type JsonFault =
  | { readonly kind: 'syntax' }
  /** An object that says a name twice: steps to the object, and the name. Parsers differ in which of the two they take. */
  | { readonly kind: 'repeated'; readonly steps: readonly JsonStep[]; readonly name: string }
  | { readonly kind: 'nested' };

/** A name in an object, or an index in an array. */
export type JsonStep = string | number;

/** Reads JSON, or tells what is wrong with it (RFC 8259; FHIR R4, JSON Representation: property names are unique). */
export function parseExactJson(text: string, levelsMax: number): ExactJson | { readonly fault: JsonFault } {
  let plain: unknown;
  try {
    plain = JSON.parse(text);
  } catch {
    return { fault: { kind: 'syntax' } };
  }
  const scanned = scan(text, levelsMax);
  if ('fault' in scanned) return scanned;
  return { plain, exact: scanned.hasOtherDigits ? parse(text, null, exactNumber) : plain };
}

/** Compact JSON of a tree as `parseExactJson` gives it, with the digits that came. */
export function stringifyExactJson(exact: unknown): string {
  // Faster by far, and the same when no number needs its own digits, which is nearly always.
  const text = hasLosslessNumber(exact) ? stringify(exact) : JSON.stringify(exact);
  if (text === undefined) throw new Error('Nothing that JSON could say was given');
  return text;
}

function exactNumber(digits: string): number | LosslessNumber {
  const value = Number(digits);
  return String(value) === digits ? value : new LosslessNumber(digits);
}

function hasLosslessNumber(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return value instanceof LosslessNumber || Object.values(value).some(hasLosslessNumber);
}

interface Level {
  /** Names of an object that were said; of an array, nothing. */
  readonly names: Set<string> | undefined;
  /** Name or index of what is being read. */
  step: JsonStep;
}

const [QUOTE, COLON, COMMA, MINUS, ZERO, NINE] = [0x22, 0x3a, 0x2c, 0x2d, 0x30, 0x39];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY, BACKSLASH] = [0x7b, 0x7d, 0x5b, 0x5d, 0x5c];
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Walks over text that is known to be JSON. */
function scan(text: string, levelsMax: number): { readonly hasOtherDigits: boolean } | { readonly fault: JsonFault } {
  const levels: Level[] = [];
  let hasOtherDigits = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) {
      const end = endOfString(text, at);
      const level = levels.at(-1);
      // In an object, a string that a colon follows is a name.
      if (level?.names !== undefined && isFollowedByColon(text, end + 1)) {
        const name = nameBetween(text, at, end);
        if (level.names.has(name)) {
          const steps = levels.slice(0, -1).map(({ step }) => step);
          return { fault: { kind: 'repeated', steps, name } };
        }
        level.names.add(name);
        level.step = name;
      }
      at = end;
    } else if (character === OPEN_OBJECT || character === OPEN_ARRAY) {
      levels.push({ names: character === OPEN_OBJECT ? new Set() : undefined, step: 0 });
      if (levels.length > levelsMax) return { fault: { kind: 'nested' } };
    } else if (character === CLOSE_OBJECT || character === CLOSE_ARRAY) {
      levels.pop();
    } else if (character === COMMA) {
      const level = levels.at(-1);
      if (typeof level?.step === 'number') level.step += 1;
    } else if (character === MINUS || (character >= ZERO && character <= NINE)) {
      NUMBER.lastIndex = at;
      const digits = NUMBER.exec(text)?.[0] ?? '';
      hasOtherDigits ||= String(Number(digits)) !== digits;
      at += digits.length - 1;
    }
  }
  return { hasOtherDigits };
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  for (;;) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
}

function isFollowedByColon(text: string, from: number): boolean {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at += 1;
  return text.charCodeAt(at) === COLON;
}

function nameBetween(text: string, start: number, end: number): string {
  const name = text.slice(start + 1, end);
  return name.includes('\\') ? String(JSON.parse(text.slice(start, end + 1))) : name;
}
