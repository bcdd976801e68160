import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { AssembledTemplate } from './assemble';
import { publishScript, readme } from './guide';
import type { TenantSettings } from '../src/tenant';

export const TEMPLATE_FILE = 'pipeline.template.yaml';

/** The template as YAML. CloudFormation reads YAML 1.1, so texts that 1.1 takes for something else are quoted. */
export function templateYaml({ template }: Pick<AssembledTemplate, 'template'>): string {
  return stringify(template, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}

/** Writes template, what it needs, and how to go on, into a folder that is made anew. */
export function writeTemplate(settings: TenantSettings, assembled: AssembledTemplate, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, TEMPLATE_FILE), templateYaml(assembled));
  for (const [kind, assets] of [
    ['functions', assembled.functions],
    ['images', assembled.images],
  ] as const) {
    for (const { name, directory } of assets) cpSync(directory, join(folder, kind, name), { recursive: true });
  }
  writeFileSync(join(folder, 'publish.sh'), publishScript(settings));
  chmodSync(join(folder, 'publish.sh'), 0o755);
  writeFileSync(join(folder, 'README.md'), readme(settings, assembled, TEMPLATE_FILE));
}
