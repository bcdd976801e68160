import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../support/folders';

const SETTINGS = 'plugins/hipaa-pipeline-node/src/settings';
const SOURCE = 'skeleton/src';

it('is the same in the library as in the skeleton, so that both judge alike', () => {
  const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
  const files = readdirSync(join(REPOSITORY, SOURCE, 'tenant')).map((file) => `tenant/${file}`);
  expect(readdirSync(join(REPOSITORY, SETTINGS, 'tenant'))).toHaveLength(files.length);
  for (const file of ['fhir-r4-types.ts', ...files]) expect(read(`${SETTINGS}/${file}`)).toBe(read(`${SOURCE}/${file}`));
});
