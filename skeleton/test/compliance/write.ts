/** Writes COMPLIANCE.md and the pages of the workloads. Run by `npm run compliance`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compliancePages, REPOSITORY } from './safeguards';

for (const { path, text } of compliancePages()) {
  mkdirSync(dirname(join(REPOSITORY, path)), { recursive: true });
  writeFileSync(join(REPOSITORY, path), text);
}
