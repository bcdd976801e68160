import { isUtf8 } from 'node:buffer';
import { FhirRequestError } from './request-error';

/**
 * The JSON in a body.
 *
 * @throws FhirRequestError 400 that names the place: when the body is not UTF-8, no JSON, or says an element twice. JSON's parser
 * would take the last of two, and a caller may have meant the first (FHIR R4, JSON Representation: property names are unique).
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) {
    throw refusal('invalid', `The body is not UTF-8 from byte ${firstByteNotUtf8(bytes)} on: send it in UTF-8`);
  }
  const text = new TextDecoder().decode(bytes);
  if (text.trim() === '') throw refusal('required', 'The body is empty: expected a resource in JSON');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw refusal('invalid', `The body is no JSON${placeOf(error, text)}`);
  }
  const repeated = lineOfRepeatedName(text);
  if (repeated !== undefined) throw refusal('invalid', `An object has two elements of one name, in line ${repeated}`);
  return json;
}

function refusal(code: 'invalid' | 'required', diagnostics: string): FhirRequestError {
  return new FhirRequestError(400, [{ code, diagnostics }]);
}

/** Where a body stops being UTF-8, counted from 0. */
export function firstByteNotUtf8(bytes: Uint8Array): number {
  // What is no UTF-8 comes back as another character's bytes; what is, comes back as it was.
  const again = Buffer.from(bytes).toString('utf8');
  const encoded = Buffer.from(again, 'utf8');
  return encoded.findIndex((byte, index) => byte !== bytes[index]);
}

/** The parser's message repeats the text around the fault, which may be patient data; of it, only the position is told. */
function placeOf(error: unknown, text: string): string {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  return position === undefined ? '' : ` at line ${lineAt(text, Number(position))}`;
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

/** The line in which an object says a name for the second time, in text that is JSON. */
function lineOfRepeatedName(text: string): number | undefined {
  // Names of the objects that are open; of an array, nothing.
  const open: (Set<string> | undefined)[] = [];
  // In JSON, a text is a name exactly when a colon follows.
  for (const token of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    const [found, colon] = token;
    if (found === '{') {
      open.push(new Set());
    } else if (found === '[') {
      open.push(undefined);
    } else if (found === '}' || found === ']') {
      open.pop();
    } else if (colon !== undefined) {
      const name = String(JSON.parse(found.slice(0, -colon.length)));
      const names = open.at(-1);
      if (names?.has(name)) return lineAt(text, token.index);
      names?.add(name);
    }
  }
  return undefined;
}
