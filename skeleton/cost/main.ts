/** `npm run cost`: prints the estimate of this tenant's month; `npm run cost -- --write` writes docs/cost.md. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { costDocument, monthTable } from './document';
import { REFERENCE_TENANTS } from './reference-tenants';
import { runWithTenant } from '../src/tenant-file';

const DOCUMENT = join(__dirname, '..', 'docs', 'cost.md');

const { values } = parseArgs({ options: { write: { type: 'boolean' } } });
if (values.write) {
  writeFileSync(DOCUMENT, costDocument(REFERENCE_TENANTS));
  process.stdout.write('Wrote docs/cost.md.\n');
} else {
  runWithTenant((settings) => {
    process.stdout.write(`${settings.tenant.name}, ${settings.aws.region}, a month in US dollars, estimated:

${monthTable(settings)}

docs/cost.md says what is assumed, where the prices are from, and what each setting does.
`);
  });
}
