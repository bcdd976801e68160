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
