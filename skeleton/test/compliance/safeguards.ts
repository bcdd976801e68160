import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { complianceDocument, workloadDocument } from './document';
import { GDPR } from './gdpr';
import { HIPAA } from './hipaa';
import { LGPD } from './lgpd';
import type { Safeguard } from './safeguard';

export const REPOSITORY = resolve(__dirname, '../..');

/** Every duty that any pipeline answers, in the order of COMPLIANCE.md. */
export const SAFEGUARDS: readonly Safeguard[] = [...HIPAA, ...GDPR, ...LGPD];

/** What each workload of this repository adds, by its name. */
export const WORKLOAD_SAFEGUARDS: ReadonlyMap<string, readonly Safeguard[]> = new Map(
  readdirSync(join(__dirname, 'workloads')).map((workload) => [workload, safeguardsOf(workload)]),
);

/** A repository has its own workload's folder only, so nothing can import one by its name. */
function safeguardsOf(workload: string): readonly Safeguard[] {
  const file = join(__dirname, 'workloads', workload, 'safeguards.ts');
  const loaded = createRequire(__filename)(file) as { readonly safeguards: readonly Safeguard[] };
  return loaded.safeguards;
}

/** A page that is written from safeguards. */
export interface CompliancePage {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

export function compliancePages(): readonly CompliancePage[] {
  return [
    { path: 'COMPLIANCE.md', text: complianceDocument(SAFEGUARDS) },
    ...[...WORKLOAD_SAFEGUARDS].map(([workload, safeguards]) => ({
      path: `docs/workloads/${workload}/compliance.md`,
      text: workloadDocument(workload, safeguards),
    })),
  ];
}

export function readFromRepository(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}
