/** `npm run template`: writes the stack as one CloudFormation template into `dist/cloudformation/`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { assembleTemplate } from './assemble';
import { TEMPLATE_FILE, writeTemplate } from './write';
import { runWithTenant } from '../src/tenant-file';

const ROOT = resolve(__dirname, '..');
const FOLDER = resolve('dist', 'cloudformation');

const cdkSchema = z.object({ context: z.record(z.string(), z.unknown()) });

runWithTenant((settings) => {
  const directory = mkdtempSync(join(tmpdir(), 'pipeline-template-'));
  try {
    const { context } = cdkSchema.parse(JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')));
    const assembled = assembleTemplate(settings, { directory, context });
    writeTemplate(settings, assembled, FOLDER);
    const folder = relative(process.cwd(), FOLDER);
    process.stdout.write(`Wrote ${join(folder, TEMPLATE_FILE)}.

Left to provide, before it can be deployed (${join(folder, 'README.md')} has the commands):
  - a bucket and a repository of Amazon ECR in ${settings.aws.region}, filled by ${join(folder, 'publish.sh')}
  - the existing secrets; a second environment needs its own
  - API Gateway's role for logs, one for the account and region
`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
