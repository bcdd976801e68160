import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from './support';
import { binariesForOthers, installedBinaries } from '../../local/postgres-binaries';

describe("PostgreSQL's programs", () => {
  const directory = temporaryDirectory();
  const installed = join(directory, 'home', 'native');
  const target = join(directory, 'copy');
  beforeAll(() => {
    mkdirSync(join(installed, 'bin'), { recursive: true });
    writeFileSync(join(installed, 'bin', 'postgres'), '');
    chmodSync(directory, 0o755);
  });

  test('are installed for this platform', () => {
    expect(existsSync(join(installedBinaries(), 'bin', 'postgres'))).toBe(true);
  });

  test('are run where they are when other users can get there', async () => {
    chmodSync(join(directory, 'home'), 0o755);

    expect(await binariesForOthers(target, installed)).toBe(installed);
    expect(existsSync(target)).toBe(false);
  });

  test('are copied from a home that is closed to others', async () => {
    chmodSync(join(directory, 'home'), 0o700);

    expect(await binariesForOthers(target, installed)).toBe(target);
    expect(existsSync(join(target, 'bin', 'postgres'))).toBe(true);
  });
});
