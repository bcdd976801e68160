import { LocalStackError } from './errors';

/** What the person asked `npm run local` to do. */
export type LocalCommand =
  | { readonly mode: 'help' }
  | ({ readonly mode: 'serve' } & Common)
  | ({ readonly mode: 'demo'; readonly patients: number; readonly seed: string } & Common)
  | ({ readonly mode: 'exec'; readonly command: string } & Common);

interface Common {
  /** Ends after this time; `undefined` runs until it is stopped, or until the command ends. */
  readonly durationSeconds: number | undefined;
  /** Port of the API; 0 takes a free one. */
  readonly apiPort: number;
  /** Folder for outputs and logs; `undefined` stands for the repository itself. */
  readonly directory: string | undefined;
  /** File with the tenant's settings; `undefined` stands for the repository's `tenant.json`. */
  readonly tenantFile: string | undefined;
}

export const HELP = `Runs the whole pipeline on this machine: its programs, and the databases, streams and services of AWS that they work with.
It needs no container engine and no AWS account. Ctrl-C stops it and leaves nothing behind.

  npm run local                           until Ctrl-C
  npm run local -- --demo                 with simulated patients
  npm run local -- --exec "COMMAND"       run COMMAND against it, stop, and end with its exit code

  --demo                keep simulated patients' data coming and print what arrives
  --patients N          patients of the demo, 1 to 5000 (default 200)
  --seed TEXT           seed of the demo: the same seed gives the same patients (default 1)
  --duration SECONDS    stop after this time
  --exec "COMMAND"      such as --exec "npm run integration"
  --api-port PORT       port of the API (default: a free one)
  --directory DIR       put outputs and logs there, not into this repository
  --tenant FILE         settings other than those of tenant.json, to try them out
  --help                this text

While it runs, cfn-outputs/flat-outputs.json tells where everything is, as after a deployment. Logs are in .local/logs.
`;

const DEMO_PATIENTS = 200;
const PATIENTS_MAX = 5_000;
const DURATION_MAX_SECONDS = 7 * 24 * 3_600;

const VALUED = ['--patients', '--seed', '--duration', '--exec', '--api-port', '--directory', '--tenant'] as const;
const FLAGS = ['--demo', '--help', ...VALUED] as const;
type Flag = (typeof FLAGS)[number];

/**
 * Reads the command line.
 *
 * @throws LocalStackError that names the flag and what is legal.
 */
export function parseArguments(words: readonly string[]): LocalCommand {
  const given = readFlags(words);
  if (given.has('--help')) return { mode: 'help' };
  const common: Common = {
    durationSeconds: wholeNumber(given, '--duration', { minimum: 1, maximum: DURATION_MAX_SECONDS, unit: 'seconds' }),
    apiPort: wholeNumber(given, '--api-port', { minimum: 1, maximum: 65_535, unit: 'a TCP port' }) ?? 0,
    directory: given.get('--directory'),
    tenantFile: given.get('--tenant'),
  };
  const command = given.get('--exec');
  if (command !== undefined) {
    const other = (['--demo', '--patients', '--seed', '--duration'] as const).find((flag) => given.has(flag));
    if (other !== undefined) {
      throw new LocalStackError(`--exec ends with its command, so ${other} does not go with it.`);
    }
    if (command.trim() === '') {
      throw new LocalStackError('--exec needs a command, such as --exec "npm run integration".');
    }
    return { mode: 'exec', command, ...common };
  }
  if (!given.has('--demo')) {
    const other = (['--patients', '--seed'] as const).find((flag) => given.has(flag));
    if (other !== undefined) throw new LocalStackError(`${other} is about the demo: add --demo.`);
    return { mode: 'serve', ...common };
  }
  const patients = wholeNumber(given, '--patients', { minimum: 1, maximum: PATIENTS_MAX, unit: 'patients' });
  return { mode: 'demo', patients: patients ?? DEMO_PATIENTS, seed: given.get('--seed') ?? '1', ...common };
}

function readFlags(words: readonly string[]): Map<Flag, string> {
  const given = new Map<Flag, string>();
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [name = '', ...assigned] = word.split('=');
    const flag = FLAGS.find((known) => known === name || (name === '-h' && known === '--help'));
    if (flag === undefined) throw unknown(word);
    if (given.has(flag)) throw new LocalStackError(`${flag} is given twice.`);
    const takesValue = VALUED.some((known) => known === flag);
    if (!takesValue && assigned.length > 0) throw new LocalStackError(`${flag} takes no value.`);
    const value = takesValue ? (assigned.length > 0 ? assigned.join('=') : rest.shift()) : '';
    if (value === undefined) throw new LocalStackError(`${flag} needs a value. See --help.`);
    given.set(flag, value);
  }
  return given;
}

function unknown(word: string): LocalStackError {
  const near = FLAGS.find((flag) => flag.startsWith(word.slice(0, 5)) && word.length >= 4);
  const hint = near === undefined ? `The flags are ${FLAGS.join(', ')}.` : `Did you mean ${near}?`;
  return new LocalStackError(`${word} is not known. ${hint}`);
}

function wholeNumber(
  given: ReadonlyMap<Flag, string>,
  flag: Flag,
  { minimum, maximum, unit }: { readonly minimum: number; readonly maximum: number; readonly unit: string },
): number | undefined {
  const text = given.get(flag);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
    const legal = unit === 'a TCP port' ? unit : `a whole number of ${unit}`;
    throw new LocalStackError(`${flag} is ${JSON.stringify(text)}: expected ${legal} from ${minimum} to ${maximum}.`);
  }
  return value;
}
