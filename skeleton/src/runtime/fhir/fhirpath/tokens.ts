export interface Token {
  readonly kind: 'name' | 'string' | 'number' | 'variable' | 'symbol';
  /** Of a string, what it says. */
  readonly text: string;
}

const TOKEN =
  /\s*(?:(?<string>'(?:[^'\\]|\\.)*')|(?<number>\d+(?:\.\d+)?)|(?<variable>[$%][A-Za-z]+)|(?<name>[A-Za-z_]\w*)|(?<symbol><=|>=|!=|[=<>|&+\-.,(){}]))/y;

/** @throws Error when the text has a character that is none of the language. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const from = TOKEN.lastIndex;
    const groups = TOKEN.exec(trimmed)?.groups;
    const [kind, found] = Object.entries(groups ?? {}).find(([, value]) => value !== undefined) ?? [];
    if (kind === undefined || found === undefined) throw new Error(`FHIRPath cannot be read at ${from}: ${text}`);
    tokens.push({ kind: kindOf(kind), text: kind === 'string' ? unescaped(found.slice(1, -1)) : found });
  }
  return tokens;
}

function kindOf(kind: string): Token['kind'] {
  switch (kind) {
    case 'string':
    case 'number':
    case 'variable':
    case 'name':
      return kind;
    default:
      return 'symbol';
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' };

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_whole, character: string) => ESCAPES[character] ?? character);
}
