/**
 * Encoders: each writes one value so that a reader of the target language gets that value back, and nothing else.
 *
 * They are the only way from an answer into a file, so whatever a person types stays inside its field.
 */

/**
 * Characters that JSON and YAML texts get as escapes although JSON lets them stand: controls, format characters
 * (right-to-left marks among them, which reorder what an editor shows), line and paragraph separators, private use,
 * lone surrogates and noncharacters.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;

/** Spaces that one level is indented by. */
const INDENT = 2;

export type Encodable = string | number | boolean | null | readonly Encodable[] | { readonly [key: string]: Encodable };

/**
 * Whether a value can be written: JSON's types and nothing else. `undefined` is none of them, so a template that names
 * a setting which is not there fails instead of writing nothing.
 */
export function isEncodable(value: unknown): value is Encodable {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isEncodable);
  return typeof value === 'object' && Object.values(value).every(isEncodable);
}

/**
 * JSON. Objects are indented by two spaces; an array of scalars stays on its line.
 *
 * @param indent spaces before the line on which the value begins. Default 0.
 */
export function encodeJson(value: Encodable, indent = 0): string {
  if (value === null || typeof value !== 'object') return escapeUnseen(JSON.stringify(value));
  const inner = indent + INDENT;
  const separator = `,\n${' '.repeat(inner)}`;
  if (isList(value)) {
    if (value.every((item) => item === null || typeof item !== 'object')) {
      return `[${value.map((item) => encodeJson(item)).join(', ')}]`;
    }
    return block('[]', value.map((item) => encodeJson(item, inner)).join(separator), indent);
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  return block(
    '{}',
    entries.map(([key, item]) => `${encodeJson(key)}: ${encodeJson(item, inner)}`).join(separator),
    indent,
  );
}

/** A YAML 1.2 scalar or flow collection on one line. Strings are always in double quotes: JSON's are YAML's. */
export function encodeYaml(value: Encodable): string {
  return escapeUnseen(JSON.stringify(value));
}

/**
 * What Markdown takes as it stands: letters and digits of any script with their accents, and between two of them a
 * space, a hyphen, an apostrophe, a comma, or a full stop and a space. A full stop without the space could make a link
 * (`www.example.com`) and one after a digit a list, so those are not among them.
 */
const MARKDOWN_PLAIN =
  /[\p{L}\p{Nd}]|(?<=[\p{L}\p{M}])\p{M}|(?<=[\p{L}\p{M}\p{Nd}])(?:, |[ '-])(?=[\p{L}\p{Nd}])|(?<=\p{L})\. (?=[\p{L}\p{Nd}])/uy;
/** What has no numeric reference that every reader shows alike: controls but tab and line ends, surrogates, noncharacters. */
const MARKDOWN_UNSHOWABLE = /^(?![\t\n\r])[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]$/u;
const REPLACEMENT = '\u{FFFD}';

/**
 * Text for CommonMark and GitHub's Markdown, anywhere inside a line: heading, paragraph, list or table cell.
 *
 * All that could begin markup, a link or a line is written as a numeric character reference; what cannot be shown
 * becomes U+FFFD. Anything but a string is written as its JSON.
 */
export function encodeMarkdown(value: Encodable): string {
  const text = typeof value === 'string' ? value : encodeYaml(value);
  let encoded = '';
  for (let at = 0; at < text.length; ) {
    MARKDOWN_PLAIN.lastIndex = at;
    const plain = MARKDOWN_PLAIN.exec(text)?.[0];
    const character = plain ?? String.fromCodePoint(text.codePointAt(at) ?? 0);
    encoded += plain ?? markdownReference(character);
    at += character.length;
  }
  return encoded;
}

function markdownReference(character: string): string {
  return MARKDOWN_UNSHOWABLE.test(character) ? REPLACEMENT : `&#${character.codePointAt(0)};`;
}

/** What means nothing in any language that the skeleton is written in: lower-case letters, digits and single hyphens. */
const WORD = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/**
 * The value itself, for places in source code and paths. Only a value that is a plain word passes.
 *
 * @throws RangeError on anything else.
 */
export function encodeWord(value: Encodable): string {
  if (typeof value === 'string' && WORD.test(value)) return value;
  throw new RangeError(`${encodeYaml(value)} is no plain word`);
}

function isList(value: Exclude<Encodable, string | number | boolean | null>): value is readonly Encodable[] {
  return Array.isArray(value);
}

function block(brackets: '[]' | '{}', content: string, indent: number): string {
  const margin = ' '.repeat(indent);
  return `${brackets[0]}\n${margin}${' '.repeat(INDENT)}${content}\n${margin}${brackets[1]}`;
}

/** Only string literals of a JSON text can hold such characters, so escaping them never changes its structure. */
function escapeUnseen(json: string): string {
  return json.replace(UNSEEN, (character) =>
    Array.from({ length: character.length }, (_, unit) => {
      const code = character.charCodeAt(unit).toString(16).padStart(4, '0');
      return `\\u${code}`;
    }).join(''),
  );
}
