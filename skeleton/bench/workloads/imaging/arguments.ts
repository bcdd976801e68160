import { parseArgs } from 'node:util';
import { BenchArgumentError, wholeNumber } from '../../arguments';

/** What the person asked `npm run bench` to do. */
export type BenchCommand =
  | { readonly mode: 'help' }
  | {
      readonly mode: 'measure';
      readonly largeMegabytes: number;
      readonly smallFiles: number;
      readonly jsonFile: string | undefined;
    }
  | {
      readonly mode: 'load';
      readonly scans: number;
      readonly kills: number;
      /** Of everything that is random. */
      readonly seed: string | undefined;
      readonly jsonFile: string | undefined;
    };

const LARGE_MEGABYTES = { default: 600, minimum: 10, maximum: 2_000 };
const SMALL_FILES = { default: 2_000, minimum: 10, maximum: 20_000 };
/** From one for each sender to what is still counted one by one in memory. */
const SCANS = { default: 600, minimum: 2, maximum: 10_000 };
const KILLS = { default: 50, minimum: 1, maximum: 500 };

export const HELP = `Measures this machine: bytes per second of receiving, beside a plain upload to a file, and of processing and storing,
beside SHA-256 alone; each for one large file and for many small ones, with the most memory that either program had.
Takes some minutes. Exit code 1 when a bound is missed.

  npm run bench

  --megabytes N   of the large file, ${LARGE_MEGABYTES.minimum} to ${LARGE_MEGABYTES.maximum} (default ${LARGE_MEGABYTES.default})
  --files N       small files, ${SMALL_FILES.minimum} to ${SMALL_FILES.maximum} (default ${SMALL_FILES.default})
  --json FILE     write the results as JSON as well

Or sends scans through the whole local stack, by two senders whose uploads are cut at random places and resumed, while its two
workers, in turns, are killed with SIGKILL at random moments, and the queue loses all that it holds twice. Ends by itself, after
some seconds for each kill. Exit code 1 when a scan is missing, stored twice, failed or changed, when its life was not told
in order, when a file is left in the folder of scans or a job in the queue, or when the run was not the one that was asked for.

  npm run bench -- --load

  --scans N       scans that are sent, ${SCANS.minimum} to ${SCANS.maximum} (default ${SCANS.default})
  --kills N       workers that are killed, ${KILLS.minimum} to ${KILLS.maximum} (default ${KILLS.default})
  --seed TEXT     has the same scans, cuts and pauses as a run before it (default: others each time)
  --json FILE     write the results as JSON as well

Ctrl-C stops it and leaves nothing behind.
`;

/** Options that mean something in one mode alone. */
const OF_LOAD = ['scans', 'kills', 'seed'] as const;
const OF_MEASURE = ['megabytes', 'files'] as const;

/** Reads the command line. @throws BenchArgumentError that names the option, its value and what is legal. */
export function parseBenchArguments(words: readonly string[]): BenchCommand {
  const given = optionsOf(words);
  if (given.help) return { mode: 'help' };
  if (given.json === '') throw new BenchArgumentError('--json needs the path of a file.');
  const other = (given.load ? OF_MEASURE : OF_LOAD).find((name) => given[name] !== undefined);
  if (other !== undefined) {
    throw new BenchArgumentError(
      given.load
        ? `--${other} is not about the load run: leave --load out.`
        : `--${other} is about the load run: add --load.`,
    );
  }
  if (given.load) {
    if (given.seed === '') throw new BenchArgumentError('--seed needs a text.');
    return {
      mode: 'load',
      scans: wholeNumber('--scans', given.scans, SCANS),
      kills: wholeNumber('--kills', given.kills, KILLS),
      seed: given.seed,
      jsonFile: given.json,
    };
  }
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
        load: { type: 'boolean' },
        megabytes: { type: 'string' },
        files: { type: 'string' },
        scans: { type: 'string' },
        kills: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'string' },
      },
    }).values;
  } catch (error) {
    // Node's own words name the option and its fault.
    throw new BenchArgumentError(
      `${error instanceof Error ? error.message : String(error)}\nThe options are --megabytes, --files, --load, --scans, --kills, --seed, --json, --help.`,
    );
  }
}
