import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { checkAnswers, readAnswers, REGIONS, RenderingError } from '../../src';
import type { SettingFault } from '../../src';
import { someAnswers } from '../support/answers';
import { REPOSITORY } from '../support/folders';

const ANSWERS = join(REPOSITORY, 'template', 'create', 'answers');

function faultsOf(answers: unknown, workloads: readonly string[] = ['vitals']): readonly SettingFault[] {
  try {
    checkAnswers(answers, workloads);
    return [];
  } catch (error) {
    if (!(error instanceof RenderingError)) throw error;
    expect(error.code).toBe('ANSWERS_INVALID');
    for (const fault of error.faults) expect(error.message).toContain(`- ${fault.field} is`);
    return error.faults;
  }
}

const fieldsOf = (answers: unknown, workloads?: readonly string[]) => faultsOf(answers, workloads).map(({ field }) => field);

it('takes right answers, and fills in the defaults', () => {
  expect(checkAnswers(someAnswers(), ['vitals']).aws.egress).toBe('endpoints');
});

describe('the reference tenants', () => {
  const names = readdirSync(ANSWERS).sort();

  it('are four', () => {
    expect(names).toEqual([
      'meditech-eu-central-1.yaml',
      'medtech-brazil-sa-east-1.yaml',
      'medtech-us-east-1.yaml',
      'records-eu-west-2.yaml',
    ]);
  });

  it.each(names)('%s is right, and named for its tenant, once its workload is there', async (name) => {
    const answers = await readAnswers(join(ANSWERS, name));
    expect(`${checkAnswers(answers, ['imaging', 'records', 'vitals']).tenant.id}.yaml`).toBe(name);
  });

  it.each([
    ['records-eu-west-2.yaml', 'records'],
    ['medtech-brazil-sa-east-1.yaml', 'imaging'],
  ])('%s is told that its workload is not there yet, and nothing else', async (name, workload) => {
    expect(faultsOf(await readAnswers(join(ANSWERS, name)))).toEqual([
      { field: 'workload', value: workload, legal: 'one of vitals: the workloads that this skeleton holds' },
    ]);
  });
});

it('tells all faults at once, an unknown workload among them', () => {
  const answers = someAnswers();
  const wrong = {
    ...answers,
    workload: 'billing',
    aws: { ...answers.aws, accountId: 123456789012, region: 'mars-north-1', environmentSuffix: 'Prod' },
  };
  expect(fieldsOf(wrong).sort()).toEqual(['aws.accountId', 'aws.environmentSuffix', 'aws.region', 'workload']);
  const region = faultsOf(wrong).find(({ field }) => field === 'aws.region');
  expect(region?.legal).toBe(`one of ${REGIONS.join(', ')}`);
  expect(faultsOf(wrong).find(({ field }) => field === 'workload')?.legal).toContain('one of vitals');
});

it.each([
  ['another region', 'arn:aws:secretsmanager:eu-west-2:123456789012:secret:lakeside/database-a1B2c3'],
  ['another account', 'arn:aws:secretsmanager:eu-west-1:210987654321:secret:lakeside/database-a1B2c3'],
  ['another partition', 'arn:aws-cn:secretsmanager:eu-west-1:123456789012:secret:lakeside/database-a1B2c3'],
  ['another service', 'arn:aws:ssm:eu-west-1:123456789012:parameter/lakeside/database-a1B2c3'],
  ['no suffix', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:lakesidedatabase'],
  ['a line end behind it', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:lakeside/database-a1B2c3\n'],
])('refuses a database secret of %s by its field', (_case, databaseArn) => {
  expect(fieldsOf({ ...someAnswers(), secrets: { databaseArn } })).toEqual(['secrets.databaseArn']);
});

it('says of no answers at all what is missing', () => {
  expect(fieldsOf({}).sort()).toEqual(['aws', 'secrets', 'tenant', 'workload']);
});

it('judges anything without falling over', () => {
  fc.assert(
    fc.property(fc.anything(), (answers) => {
      expect(faultsOf(answers).length).toBeGreaterThan(0);
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom('tenant', 'workload', 'aws', 'secrets'), fc.anything(), (group, value) => {
      expect(fieldsOf({ ...someAnswers(), [group]: value === 'vitals' ? 'other' : value }).length).toBeGreaterThan(0);
    }),
  );
});
