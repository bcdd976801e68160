import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LocalStackError } from './errors';
import { parseTenantSettings, type TenantSettings } from '../src/tenant';

/**
 * Where a tenant's settings lie.
 *
 * @param file from where the person stands. Default: `tenant.json` of this repository.
 */
export function tenantPath(file?: string): string {
  if (file === undefined) return join(resolve(__dirname, '..'), 'tenant.json');
  return resolve(process.env.INIT_CWD ?? process.cwd(), file);
}

/**
 * Reads a tenant's settings.
 *
 * @throws LocalStackError when there is no such file, or it is no JSON; TenantSettingsError when the settings are wrong.
 */
export function readTenant(path: string): TenantSettings {
  if (!existsSync(path)) throw new LocalStackError(`There are no settings of a tenant: no file ${path}.`);
  let settings: unknown;
  try {
    settings = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new LocalStackError(`${path} is no JSON.`, { cause });
  }
  return parseTenantSettings(settings);
}
