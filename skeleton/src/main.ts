import { readFileSync } from 'node:fs';
import { createApp } from './app';
import { parseTenantSettings, TenantSettingsError } from './tenant';

/** The settings of the tenant, in the folder that the CDK CLI runs the app in: the repository's root. */
const TENANT_FILE = 'tenant.json';

/** What went wrong, for a person, when it is theirs to mend; undefined for a fault of the app itself. */
function explain(error: unknown): string | undefined {
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

try {
  createApp(parseTenantSettings(JSON.parse(readFileSync(TENANT_FILE, 'utf8'))));
} catch (error) {
  const explanation = explain(error);
  if (explanation === undefined) throw error;
  process.stderr.write(`${explanation}\n`);
  process.exitCode = 1;
}
