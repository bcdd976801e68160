import { parseArgs } from 'node:util';
import { BenchArgumentError, wholeNumber } from '../../arguments';

/** What the person asked `npm run bench` to do. */
export type BenchCommand =
  | { readonly mode: 'help' }
  | { readonly mode: 'limits'; readonly jsonFile: string | undefined }
  | {
      readonly mode: 'load';
      readonly seconds: number;
      readonly eventsPerSecond: number;
      readonly jsonFile: string | undefined;
    };

/** From one kill at the least, to a quarter of an hour, whose events still fit in memory to be looked for one by one. */
const SECONDS = { default: 300, minimum: 30, maximum: 900 };
const RATE = { default: 1_000, minimum: 10, maximum: 3_000 };

export const HELP = `Measures this machine: events per second beside the raw limit of the database, and latency at 1000 events a second.
Takes about a minute and a half. Exit code 1 when a bound is missed.

  npm run bench
  npm run bench -- --json FILE    write the results as JSON as well

Or runs the whole local stack under load, while one of its two processors, in turns, is killed with SIGKILL every 20 seconds.
Exit code 1 when an event is lost, stored twice or in quarantine, or when the load was less than was asked for.

  npm run bench -- --load

  --seconds N     how long events are sent, ${SECONDS.minimum} to ${SECONDS.maximum} (default ${SECONDS.default})
  --rate N        events a second, ${RATE.minimum} to ${RATE.maximum} (default ${RATE.default})
  --json FILE     write the results as JSON as well

Ctrl-C stops it and leaves nothing behind.
`;

/** Reads the command line. @throws BenchArgumentError that names the option, its value and what is legal. */
export function parseBenchArguments(words: readonly string[]): BenchCommand {
  const given = optionsOf(words);
  if (given.help) return { mode: 'help' };
  const jsonFile = given.json;
  if (jsonFile === '') throw new BenchArgumentError('--json needs the path of a file.');
  if (!given.load) {
    const other = (['seconds', 'rate'] as const).find((name) => given[name] !== undefined);
    if (other !== undefined) throw new BenchArgumentError(`--${other} is about the load run: add --load.`);
    return { mode: 'limits', jsonFile };
  }
  return {
    mode: 'load',
    seconds: wholeNumber('--seconds', given.seconds, { ...SECONDS, unit: 'seconds' }),
    eventsPerSecond: wholeNumber('--rate', given.rate, { ...RATE, unit: 'events a second' }),
    jsonFile,
  };
}

function optionsOf(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        help: { type: 'boolean', short: 'h' },
        load: { type: 'boolean' },
        json: { type: 'string' },
        seconds: { type: 'string' },
        rate: { type: 'string' },
      },
    }).values;
  } catch (error) {
    // Node's own words name the option and its fault.
    throw new BenchArgumentError(
      `${error instanceof Error ? error.message : String(error)}\nThe options are --load, --seconds, --rate, --json, --help.`,
    );
  }
}
