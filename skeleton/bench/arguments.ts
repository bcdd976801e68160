/** The command line is wrong. The message says what is legal. */
export class BenchArgumentError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BenchArgumentError';
  }
}

/** What is said about the command line of every workload's benchmark. */
export const SHARED_HELP = `  --tenant FILE   settings other than those of tenant.json, whose workload is measured
`;

/**
 * Takes `--tenant FILE` or `--tenant=FILE` out of the command line.
 *
 * @throws BenchArgumentError where the file is missing.
 */
export function takeTenantFile(words: readonly string[]): {
  readonly tenantFile: string | undefined;
  readonly rest: readonly string[];
} {
  const at = words.findIndex((word) => word === '--tenant' || word.startsWith('--tenant='));
  if (at < 0) return { tenantFile: undefined, rest: words };
  const word = words[at] ?? '';
  const isApart = word === '--tenant';
  const tenantFile = isApart ? words[at + 1] : word.slice('--tenant='.length);
  if (tenantFile === undefined || tenantFile === '') throw new BenchArgumentError('--tenant needs the path of a file.');
  return { tenantFile, rest: words.toSpliced(at, isApart ? 2 : 1) };
}

/** What a number on the command line may be. */
export interface LegalNumbers {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  /** For people, such as `seconds`. Default: none. */
  readonly unit?: string;
}

/** @throws BenchArgumentError that names the option, its value and what is legal. */
export function wholeNumber(option: string, text: string | undefined, legal: LegalNumbers): number {
  if (text === undefined) return legal.default;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= legal.minimum && value <= legal.maximum) return value;
  const kind = legal.unit === undefined ? 'a whole number' : `a whole number of ${legal.unit}`;
  throw new BenchArgumentError(
    `${option} is ${JSON.stringify(text)}: expected ${kind} from ${legal.minimum} to ${legal.maximum}.`,
  );
}
