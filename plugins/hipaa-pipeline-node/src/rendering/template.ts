/** Handlebars, cut down to what the skeleton needs: every value goes through an encoder, or the template is refused. */
import Handlebars from 'handlebars';
import { reasonOf, RenderingError } from '../errors';
import { encodeJson, encodeMarkdown, encodeWord, encodeYaml, isEncodable } from './encoders';
import type { Encodable } from './encoders';

/** Helpers that write a value, by the name that templates call them. */
const ENCODERS = {
  json: encodeJson,
  yaml: encodeYaml,
  markdown: encodeMarkdown,
  word: encodeWord,
} satisfies Record<string, (value: Encodable) => string>;

/** Blocks that choose or repeat text of the template. They write no value. */
const BLOCKS = ['if', 'unless', 'each'] as const;

/**
 * Renders one template. The root of its context is the settings: `{{json aws.region}}`, `{{json this}}`.
 *
 * Legal: `{{json x}}`, `{{yaml x}}`, `{{markdown x}}`, `{{word x}}`, the blocks `if`, `unless` and `each`, and comments.
 * A bare `{{x}}`, a triple brace, a partial or any other helper is refused, and so is a value that is not there.
 *
 * @param name path of the template, for messages.
 * @throws RenderingError `TEMPLATE_INVALID`, naming the template and where it is wrong.
 */
export function renderTemplate(source: string, settings: object, name: string): string {
  const handlebars = Handlebars.create();
  for (const [helper, encode] of Object.entries(ENCODERS)) {
    handlebars.registerHelper(helper, (value: unknown) => {
      if (!isEncodable(value)) throw new RangeError(`{{${helper} …}} has no value: there is no such setting`);
      return encode(value);
    });
  }
  try {
    checkStatements(handlebars.parse(source), name);
    const template = handlebars.compile(source, {
      strict: true,
      noEscape: true,
      knownHelpersOnly: true,
      knownHelpers: Object.fromEntries(Object.keys(ENCODERS).map((helper) => [helper, true])),
    });
    return template(settings, { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false });
  } catch (error) {
    if (error instanceof RenderingError) throw error;
    throw new RenderingError('TEMPLATE_INVALID', `The template ${name} cannot be rendered: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

/** @param program absent for the `{{else}}` that a block does not have, though Handlebars' type says otherwise. */
function checkStatements(program: hbs.AST.Program | undefined, name: string): void {
  for (const statement of program?.body ?? []) checkStatement(statement, name);
}

function checkStatement(statement: hbs.AST.Statement, name: string): void {
  if (isContent(statement)) return;
  if (isMustache(statement)) {
    const helper = pathOf(statement.path);
    const legal = statement.escaped && Object.hasOwn(ENCODERS, helper) && hasOnePath(statement);
    if (!legal) throw refused(statement, name, `write {{${Object.keys(ENCODERS).join(' …}}, {{')} …}} with one setting`);
    return;
  }
  if (isBlock(statement)) {
    const legal = BLOCKS.some((block) => block === pathOf(statement.path)) && hasOnePath(statement);
    if (!legal) throw refused(statement, name, `the blocks are ${BLOCKS.join(', ')}, each with one setting`);
    checkStatements(statement.program, name);
    checkStatements(statement.inverse, name);
    return;
  }
  throw refused(statement, name, 'partials and decorators are not used');
}

const isContent = (statement: hbs.AST.Statement) =>
  statement.type === 'ContentStatement' || statement.type === 'CommentStatement';
const isMustache = (statement: hbs.AST.Statement): statement is hbs.AST.MustacheStatement =>
  statement.type === 'MustacheStatement';
const isBlock = (statement: hbs.AST.Statement): statement is hbs.AST.BlockStatement =>
  statement.type === 'BlockStatement';

function pathOf(expression: hbs.AST.PathExpression | hbs.AST.Literal): string {
  return expression.type === 'PathExpression' && 'original' in expression ? expression.original : '';
}

/**
 * One parameter, which is a path: no literal that would pass for an answer, no subexpression, no option.
 *
 * `hash` is absent where no option is given, though Handlebars' type says otherwise.
 */
function hasOnePath({ params, hash }: { params: hbs.AST.Expression[]; hash?: hbs.AST.Hash }): boolean {
  return params.length === 1 && params[0]?.type === 'PathExpression' && hash === undefined;
}

function refused(statement: hbs.AST.Statement, name: string, legal: string): RenderingError {
  const { line, column } = statement.loc.start;
  return new RenderingError(
    'TEMPLATE_INVALID',
    `The template ${name} has at line ${line}, column ${column + 1} what no template may have: ${legal}.`,
  );
}
