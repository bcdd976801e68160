import { type Token, tokensOf } from './tokens';

/** An expression of FHIRPath, as far as the rules of FHIR R4 make use of the language. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'empty' }
  | { readonly kind: 'this' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Expression | undefined; readonly name: string }
  | {
      readonly kind: 'call';
      readonly of: Expression | undefined;
      readonly name: string;
      readonly args: readonly Expression[];
    }
  | { readonly kind: 'type'; readonly operator: 'is' | 'as'; readonly of: Expression; readonly type: string }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression };

/** Operators by how tightly they bind, the loosest first (FHIRPath 2.0.0, "Operator Precedence"). */
const LEVELS: readonly (readonly string[])[] = [
  ['implies'],
  ['or', 'xor'],
  ['and'],
  ['in', 'contains'],
  ['=', '!='],
  ['<', '<=', '>', '>='],
  ['|'],
  ['is', 'as'],
  ['+', '-', '&'],
];

/** @throws Error that names the place, when the text is no FHIRPath or has more of it than the rules of R4 need. */
export function parseFhirPath(text: string): Expression {
  const parser = new Parser(text);
  return parser.whole();
}

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(private readonly text: string) {
    this.tokens = tokensOf(text);
  }

  whole(): Expression {
    const expression = this.binary(0);
    if (this.at < this.tokens.length) throw this.fault();
    return expression;
  }

  private binary(level: number): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.path();
    let left = this.binary(level + 1);
    for (;;) {
      const operator = this.tokens[this.at];
      if (operator === undefined || operator.kind === 'string' || !operators.includes(operator.text)) return left;
      this.at += 1;
      if (operator.text === 'is' || operator.text === 'as') {
        left = { kind: 'type', operator: operator.text, of: left, type: this.typeName() };
      } else {
        left = { kind: 'binary', operator: operator.text, left, right: this.binary(level + 1) };
      }
    }
  }

  private path(): Expression {
    let expression = this.term();
    while (this.takeIf('.')) {
      const name = this.take('name').text;
      expression = this.takeIf('(') ? this.call(expression, name) : { kind: 'member', of: expression, name };
    }
    return expression;
  }

  private term(): Expression {
    const token = this.tokens[this.at];
    this.at += 1;
    switch (token?.kind) {
      case 'string':
        return { kind: 'literal', value: token.text };
      case 'number':
        return { kind: 'literal', value: Number(token.text) };
      case 'variable':
        return token.text === '$this' ? { kind: 'this' } : { kind: 'variable', name: token.text.slice(1) };
      case 'name':
        if (token.text === 'true' || token.text === 'false') return { kind: 'literal', value: token.text === 'true' };
        if (this.takeIf('(')) return this.call(undefined, token.text);
        return { kind: 'member', of: undefined, name: token.text };
      case 'symbol':
        if (token.text === '(') {
          const inner = this.binary(0);
          this.expect(')');
          return inner;
        }
        if (token.text === '{') {
          this.expect('}');
          return { kind: 'empty' };
        }
    }
    this.at -= 1;
    throw this.fault();
  }

  private call(of: Expression | undefined, name: string): Expression {
    if (name === 'is' || name === 'as' || name === 'ofType') {
      const type = this.typeName();
      this.expect(')');
      return { kind: 'type', operator: name === 'is' ? 'is' : 'as', of: of ?? { kind: 'this' }, type };
    }
    const args: Expression[] = [];
    while (!this.takeIf(')')) {
      if (args.length > 0) this.expect(',');
      args.push(this.binary(0));
    }
    return { kind: 'call', of, name, args };
  }

  private typeName(): string {
    let name = this.take('name').text;
    while (this.takeIf('.')) name = this.take('name').text;
    return name;
  }

  private take(kind: Token['kind']): Token {
    const token = this.tokens[this.at];
    if (token?.kind !== kind) throw this.fault();
    this.at += 1;
    return token;
  }

  private takeIf(symbol: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== 'symbol' || token.text !== symbol) return false;
    this.at += 1;
    return true;
  }

  private expect(symbol: string): void {
    if (!this.takeIf(symbol)) throw this.fault();
  }

  private fault(): Error {
    return new Error(`FHIRPath cannot be read from its token ${this.at + 1} on: ${this.text}`);
  }
}
