import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../support/folders';

it('is the same file in the library as in the skeleton, so that both judge alike', () => {
  const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
  expect(read('plugins/hipaa-pipeline-node/src/settings/tenant-settings.ts')).toBe(read('skeleton/src/tenant.ts'));
});
