import { parseArgs } from 'node:util';
import { BenchArgumentError } from '../../arguments';

/** What the person asked `npm run bench` to do. */
export type BenchCommand =
  | { readonly mode: 'help' }
  | {
      readonly mode: 'measure';
      readonly largeMegabytes: number;
      readonly smallFiles: number;
      readonly jsonFile: string | undefined;
    };

const LARGE_MEGABYTES = { default: 600, minimum: 10, maximum: 2_000 };
const SMALL_FILES = { default: 2_000, minimum: 10, maximum: 20_000 };

export const HELP = `Measures this machine: bytes per second of receiving, beside a plain upload to a file, and of processing and storing,
beside SHA-256 alone; each for one large file and for many small ones, with the most memory that either program had.
Takes some minutes. Exit code 1 when a bound is missed.

  npm run bench

  --megabytes N   of the large file, ${LARGE_MEGABYTES.minimum} to ${LARGE_MEGABYTES.maximum} (default ${LARGE_MEGABYTES.default})
  --files N       small files, ${SMALL_FILES.minimum} to ${SMALL_FILES.maximum} (default ${SMALL_FILES.default})
  --json FILE     write the results as JSON as well

Ctrl-C stops it and leaves nothing behind.
`;

/** Reads the command line. @throws BenchArgumentError that names the option, its value and what is legal. */
export function parseBenchArguments(words: readonly string[]): BenchCommand {
  const given = optionsOf(words);
  if (given.help) return { mode: 'help' };
  if (given.json === '') throw new BenchArgumentError('--json needs the path of a file.');
  return {
    mode: 'measure',
    largeMegabytes: wholeNumber('--megabytes', given.megabytes, LARGE_MEGABYTES),
    smallFiles: wholeNumber('--files', given.files, SMALL_FILES),
    jsonFile: given.json,
  };
}

function optionsOf(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        help: { type: 'boolean', short: 'h' },
        megabytes: { type: 'string' },
        files: { type: 'string' },
        json: { type: 'string' },
      },
    }).values;
  } catch (error) {
    // Node's own words name the option and its fault.
    throw new BenchArgumentError(
      `${error instanceof Error ? error.message : String(error)}\nThe options are --megabytes, --files, --json, --help.`,
    );
  }
}

function wholeNumber(name: string, text: string | undefined, legal: typeof LARGE_MEGABYTES): number {
  if (text === undefined) return legal.default;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= legal.minimum && value <= legal.maximum) return value;
  throw new BenchArgumentError(
    `${name} is ${JSON.stringify(text)}: expected a whole number from ${legal.minimum} to ${legal.maximum}.`,
  );
}
