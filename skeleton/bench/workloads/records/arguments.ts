import { parseArgs } from 'node:util';
import { BenchArgumentError } from '../../arguments';

/** What the person asked `npm run bench` to do. */
export type BenchCommand =
  | { readonly mode: 'help' }
  | { readonly mode: 'throughput'; readonly submissionsPerRun: number; readonly jsonFile: string | undefined };

const SUBMISSIONS = { default: 3_000, minimum: 100, maximum: 50_000 };

export const HELP = `Measures this machine: resources per second of one process, from records as Kinesis hands them out to committed versions,
beside decoding with validation alone and storage alone. Takes about a minute. Exit code 1 when a bound is missed.

  npm run bench

  --submissions N   of a simulated hospital, in each run, ${SUBMISSIONS.minimum} to ${SUBMISSIONS.maximum} (default ${SUBMISSIONS.default})
  --json FILE       write the results as JSON as well

Ctrl-C stops it and leaves nothing behind.
`;

/** Reads the command line. @throws BenchArgumentError that names the option, its value and what is legal. */
export function parseBenchArguments(words: readonly string[]): BenchCommand {
  const given = optionsOf(words);
  if (given.help) return { mode: 'help' };
  if (given.json === '') throw new BenchArgumentError('--json needs the path of a file.');
  return { mode: 'throughput', submissionsPerRun: submissionsOf(given.submissions), jsonFile: given.json };
}

function optionsOf(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        help: { type: 'boolean', short: 'h' },
        submissions: { type: 'string' },
        json: { type: 'string' },
      },
    }).values;
  } catch (error) {
    // Node's own words name the option and its fault.
    throw new BenchArgumentError(
      `${error instanceof Error ? error.message : String(error)}\nThe options are --submissions, --json, --help.`,
    );
  }
}

function submissionsOf(text: string | undefined): number {
  if (text === undefined) return SUBMISSIONS.default;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= SUBMISSIONS.minimum && value <= SUBMISSIONS.maximum) return value;
  throw new BenchArgumentError(
    `--submissions is ${JSON.stringify(text)}: expected a whole number from ${SUBMISSIONS.minimum} to ${SUBMISSIONS.maximum}.`,
  );
}
