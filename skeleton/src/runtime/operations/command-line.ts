import { parseArgs } from 'node:util';
import { OperationError } from './errors';

/** An option that takes a value. */
export interface OptionSpec {
  /** Stands for the value in the help, such as `NAME`. */
  readonly placeholder: string;
  readonly help: string;
  /** What is legal, to be read after "expected". */
  readonly legal: string;
  readonly pattern: RegExp;
  /** The value may be patient data, so that no error repeats it. Default false. */
  readonly isConfidential?: boolean;
  /** May be given several times. Default false. */
  readonly isRepeatable?: boolean;
}

export interface CommandSpec {
  /** Words of the command, such as `quarantine list`. */
  readonly name: string;
  readonly summary: string;
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Options of which exactly one is needed. Default: none. */
  readonly oneOf?: readonly string[];
  /** Options of which at most one may be given. Default: none. */
  readonly atMostOneOf?: readonly string[];
}

export interface ProgramSpec<Command extends CommandSpec> {
  readonly intro: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly commands: readonly Command[];
}

/** Options as they were given, each checked by its pattern. */
export class GivenOptions {
  constructor(private readonly values: ReadonlyMap<string, readonly string[]>) {}

  /** Values of an option; empty when it was not given. */
  all(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  one(name: string): string | undefined {
    return this.all(name)[0];
  }

  /** The value of an option that the command requires. */
  required(name: string): string {
    const value = this.one(name);
    if (value === undefined) throw new Error(`The command does not require --${name}.`);
    return value;
  }

  /** As a query, percent-encoded, without the options named: for the audit trail. */
  toQuery(without: readonly string[]): string {
    const pairs = [...this.values].flatMap(([name, values]) =>
      without.includes(name) ? [] : values.map((value): [string, string] => [name, value]),
    );
    return new URLSearchParams(pairs).toString();
  }
}

export type ParsedCommandLine<Command> =
  | { readonly mode: 'help'; readonly text: string }
  | { readonly mode: 'run'; readonly command: Command; readonly options: GivenOptions };

/** Words that cannot be anything but a mistyped command or option, and may be repeated to whoever wrote them. */
const HARMLESS_WORD = /^-{0,2}[a-z][a-z-]{0,30}$/;

/**
 * Reads a command line: the words of a command, then options with values, as `--name value` or `--name=value`.
 *
 * @throws OperationError (`usage`) that names the option, its value unless that may be patient data, and what is legal.
 */
export function parseCommandLine<Command extends CommandSpec>(
  program: ProgramSpec<Command>,
  words: readonly string[],
): ParsedCommandLine<Command> {
  const options = Object.fromEntries(
    Object.entries(program.options).map(([name]) => [name, { type: 'string', multiple: true } as const]),
  );
  const { tokens } = parseArgs({
    args: [...words],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const plain = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const given = tokens.flatMap((token) => (token.kind === 'option' ? [token] : []));
  const wantsHelp = words.length === 0 || given.some(({ name }) => name === 'help');
  const command = program.commands.find(({ name }) => name === plain.slice(0, 2).join(' '));
  if (wantsHelp) return { mode: 'help', text: command ? helpOf(program, command) : help(program) };
  if (command === undefined) throw unknownCommand(program, plain);

  const values = new Map<string, string[]>();
  for (const { name, rawName, value } of given) {
    const spec = program.options[name];
    if (spec === undefined || !optionsOf(command).includes(name)) throw unknownOption(command, rawName);
    if (value === undefined || value.startsWith('--')) throw usage(`--${name} needs a value: ${spec.legal}.`);
    if (!spec.pattern.test(value)) throw usage(wrongValue(name, value, spec));
    const earlier = values.get(name) ?? [];
    if (earlier.length > 0 && !spec.isRepeatable) throw usage(`--${name} is given twice.`);
    values.set(name, [...earlier, value]);
  }
  if (plain.length > 2) {
    throw usage(`${command.name} takes options only, and there is a word too many: values follow their option's name.`);
  }
  checkPresence(program, command, values);
  return { mode: 'run', command, options: new GivenOptions(values) };
}

function checkPresence(
  program: ProgramSpec<CommandSpec>,
  command: CommandSpec,
  values: ReadonlyMap<string, readonly string[]>,
): void {
  for (const name of command.required) {
    if (!values.has(name)) throw usage(`${command.name} needs --${name}: ${program.options[name]?.legal}.`);
  }
  const choices = command.oneOf ?? command.atMostOneOf ?? [];
  const chosen = choices.filter((name) => values.has(name));
  const names = choices.map((name) => `--${name}`).join(' or ');
  if (command.oneOf !== undefined && chosen.length === 0) throw usage(`${command.name} needs ${names}.`);
  if (chosen.length > 1) throw usage(`${command.name} takes ${names}, not both.`);
}

function optionsOf(command: CommandSpec): string[] {
  const choices = [...(command.oneOf ?? []), ...(command.atMostOneOf ?? [])];
  return [...new Set([...command.required, ...choices, ...command.optional])];
}

function unknownCommand(program: ProgramSpec<CommandSpec>, plain: readonly string[]): OperationError {
  const known = program.commands.map(({ name }) => name).join(', ');
  const asked = plain.slice(0, 2);
  const what = asked.every((word) => HARMLESS_WORD.test(word)) ? `"${asked.join(' ')}"` : 'What was asked for';
  return usage(`${what} is no command: expected ${known}. See --help.`);
}

function unknownOption(command: CommandSpec, rawName: string): OperationError {
  const what = HARMLESS_WORD.test(rawName) ? rawName : 'An option that was given';
  const known = optionsOf(command).map((name) => `--${name}`);
  return usage(`${what} is no option of ${command.name}: expected ${known.join(', ')}.`);
}

function wrongValue(name: string, value: string, { legal, isConfidential }: OptionSpec): string {
  // As JSON, so that what cannot be seen, such as a line feed, is seen.
  return isConfidential
    ? `--${name} is wrong: expected ${legal}.`
    : `--${name} is ${JSON.stringify(value.slice(0, 200))}: expected ${legal}.`;
}

function usage(message: string): OperationError {
  return new OperationError('usage', message);
}

function help(program: ProgramSpec<CommandSpec>): string {
  const width = Math.max(...program.commands.map(({ name }) => name.length));
  const commands = program.commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `${program.intro}\n\n${commands.join('\n')}\n\nCOMMAND --help tells a command's options.`;
}

function helpOf(program: ProgramSpec<CommandSpec>, command: CommandSpec): string {
  const rows = optionsOf(command).map((name) => {
    const spec = program.options[name];
    return { left: `--${name} ${spec?.placeholder}`, spec, isRequired: command.required.includes(name) };
  });
  const width = Math.max(...rows.map(({ left }) => left.length));
  const lines = rows.map(({ left, spec, isRequired }) => {
    const marks = [isRequired && 'required', spec?.isRepeatable && 'can be repeated'].filter((mark) => mark !== false);
    const suffix = marks.filter((mark) => mark !== undefined).join(', ');
    return `  ${left.padEnd(width)}  ${spec?.help}${suffix === '' ? '' : ` (${suffix})`}`;
  });
  const choices = command.oneOf
    ? [`  One of ${command.oneOf.map((name) => `--${name}`).join(' and ')} is needed.`]
    : [];
  return [`${command.name}: ${command.summary}`, '', ...lines, ...choices].join('\n');
}
