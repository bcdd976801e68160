import { readFileSync } from 'node:fs';
import { parseTenantSettings, TenantSettingsError } from './tenant';
import type { TenantSettings } from './tenant';

/** The settings of the tenant, in the folder in which commands are run: the repository's root. */
const TENANT_FILE = 'tenant.json';

function readTenantFile(): TenantSettings {
  return parseTenantSettings(JSON.parse(readFileSync(TENANT_FILE, 'utf8')));
}

/** What went wrong, for a person, when it is theirs to mend; undefined for a fault of the app itself. */
function explainTenantFile(error: unknown): string | undefined {
  if (error instanceof TenantSettingsError) return `${TENANT_FILE}: ${error.message}`;
  if (error instanceof SyntaxError) return `${TENANT_FILE} is no JSON: ${error.message}`;
  if (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ENOENT' &&
    'path' in error &&
    error.path === TENANT_FILE
  ) {
    return `There is no ${TENANT_FILE} in ${process.cwd()}.`;
  }
  return undefined;
}

/** Runs what needs the settings; a fault in them is told without a stack trace, and ends the process with 1. */
export function runWithTenant(use: (settings: TenantSettings) => void): void {
  try {
    use(readTenantFile());
  } catch (error) {
    const explanation = explainTenantFile(error);
    if (explanation === undefined) throw error;
    process.stderr.write(`${explanation}\n`);
    process.exitCode = 1;
  }
}
