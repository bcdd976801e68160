import { readFileSync } from 'node:fs';

const INSTALL_PATIENCE_MS = 300_000;

/** Whether packages can be installed: Debian or a relative of it, and we are root. */
export function canInstallPackages(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** What installs packages, one command after the other, and how each is run. Whoever comes second waits for the first. */
export function installation(...packages: readonly string[]): {
  readonly commands: ReadonlyArray<readonly string[]>;
  readonly options: { readonly env: NodeJS.ProcessEnv; readonly timeout: number };
} {
  const wait = ['-o', 'DPkg::Lock::Timeout=240'];
  return {
    commands: [
      [...wait, 'update', '-qq'],
      [...wait, 'install', '-y', '-qq', '--no-install-recommends', ...packages],
    ],
    // As in single-user mode: a package would start a server of its own otherwise, which nobody has asked for.
    options: {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
      timeout: INSTALL_PATIENCE_MS,
    },
  };
}
