import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryDirectory } from './support';
import { operatorEnvironment } from '../../local/operator-environment';
import { localOutputs } from '../../local/outputs';
import { writeOutputsFile } from '../../local/outputs-file';
import { parseOperatorEnvironment } from '../../src/runtime/environment';
import { parseTenantSettings } from '../../src/tenant';

const ROOT = resolve(__dirname, '..', '..');
const ACCOUNT = '111122223333';
const directory = temporaryDirectory();
const file = join(directory, 'flat-outputs.json');

const tenantWith = (compliance: object) =>
  parseTenantSettings({
    schemaVersion: 1,
    tenant: { id: 'test', name: 'Test', owner: 'group:default/test' },
    workload: 'vitals',
    aws: {
      accountId: ACCOUNT,
      region: 'eu-central-1',
      environmentSuffix: 'test',
      deployRoleArn: `arn:aws:iam::${ACCOUNT}:role/deploy`,
    },
    secrets: { databaseArn: `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:db-a1B2c3` },
    capacity: { peakEventsPerSecond: 1 },
    compliance,
  });

describe('the environment of the operator beside a local stack', () => {
  const tenant = tenantWith({
    legalRetentionDays: 30,
    legalRetentionBasis: 'BGB § 630f (3)',
    observationRetentionDays: 90,
  });

  test('is what the program understands, with the tenant’s retentions', async () => {
    writeOutputsFile(
      file,
      localOutputs({
        tenant,
        kinesisEndpoint: 'http://127.0.0.1:4568',
        secretsManagerEndpoint: 'http://127.0.0.1:2',
        database: { port: 5433, caFile: '/tmp/authority.pem' },
        apiPort: 8080,
      }),
    );

    const variables = await operatorEnvironment(file, tenant);
    expect(variables).toMatchObject({ OBSERVATION_RETENTION_DAYS: '90' });
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

  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('quarantine replay') });
}, 60_000);
