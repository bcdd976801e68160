/** `npm run cost`: prints the estimate of this tenant's month; `npm run cost -- --write` writes the page of each workload. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { costPages, monthTable } from './document';
import { runWithTenant } from '../src/tenant-file';

const REPOSITORY = join(__dirname, '..');

const { values } = parseArgs({ options: { write: { type: 'boolean' } } });
if (values.write) {
  for (const { path, text } of costPages()) {
    writeFileSync(join(REPOSITORY, path), text);
    process.stdout.write(`Wrote ${path}.\n`);
  }
} else {
  runWithTenant((settings) => {
    process.stdout.write(`${settings.tenant.name}, ${settings.aws.region}, a month in US dollars, estimated:

${monthTable(settings)}

docs/workloads/${settings.workload}/cost.md says what is assumed, where the prices are from, and what each setting does.
`);
  });
}
