import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryDirectory } from './support';
import { operatorEnvironment } from '../../local/operator-environment';
import { localOutputs } from '../../local/outputs';
import { writeOutputsFile } from '../../local/outputs-file';
import { loadLocalWorkload } from '../../local/workload';
import { parseOperatorEnvironment } from '../../src/runtime/environment';
import { settings } from '../foundation/support/settings';

const ROOT = resolve(__dirname, '..', '..');
/** Where some workloads keep files. */
const FOUND = { ScanBucketName: 'scans-test', LocalObjectsEndpoint: 'http://127.0.0.1:3' };
const directory = temporaryDirectory();
const file = join(directory, 'flat-outputs.json');

describe('the environment of the operator beside a local stack', () => {
  const tenant = settings({ compliance: { legalRetentionDays: 30, legalRetentionBasis: 'BGB § 630f (3)' } });

  test('is what the program understands, with the tenant’s retentions', async () => {
    writeOutputsFile(
      file,
      localOutputs({
        tenant,
        kinesisEndpoint: 'http://127.0.0.1:4568',
        secretsManagerEndpoint: 'http://127.0.0.1:2',
        database: { port: 5433, caFile: '/tmp/authority.pem' },
        apiPort: 8080,
        more: FOUND,
      }),
    );

    const variables = await operatorEnvironment(file, tenant);
    const workload = await loadLocalWorkload(tenant.workload);
    const own = { ...workload.environment(tenant), ...workload.operatorEnvironment?.(tenant, FOUND) };
    expect(Object.keys(own)).not.toEqual([]);
    expect(variables).toMatchObject(own);
    expect(parseOperatorEnvironment(variables)).toMatchObject({
      region: 'eu-central-1',
      database: { host: '127.0.0.1', port: 5433, caFile: '/tmp/authority.pem', secretArn: tenant.secrets.databaseArn },
      cache: undefined,
      legalRetention: { days: 30, basis: 'BGB § 630f (3)' },
      backupRetentionDays: tenant.compliance.backupRetentionDays,
      exportBucket: undefined,
    });
  });

  test.each([
    ['no stack', undefined, 'No local stack runs here'],
    ['half a file', '{"Target":', 'No local stack runs here'],
    [
      'a pipeline in AWS',
      '{"Target":"aws"}',
      "describes a pipeline in AWS. There the operator's commands run as a task",
    ],
    ['another version', '{"Target":"local"}', 'start the local stack again'],
  ])('is refused with what to do: %s', async (name, text, message) => {
    const other = join(directory, `${name}.json`);
    if (text !== undefined) writeFileSync(other, text);

    await expect(operatorEnvironment(other, tenant)).rejects.toThrow(message);
  });
});

test('npm run operate explains itself without a stack', () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--import', 'tsx', join(ROOT, 'local', 'operate.ts'), '--help'],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  );

  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('patient erase') });
}, 60_000);
