/** What the form takes and refuses, in the browser and in the scaffolder's API, by the validators of each. */
import fc from 'fast-check';
import { faultsInApi, faultsInBrowser, readReferenceAnswers, readTemplate, withAnswer } from '../support/form';
import type { Answers } from '../support/form';

const template = readTemplate();
const meditech = readReferenceAnswers('meditech-eu-central-1');
const medtech = readReferenceAnswers('medtech-us-east-1');

const inBrowser = (answers: Answers) =>
  Object.fromEntries(template.spec.parameters.flatMap((page) => Object.entries(faultsInBrowser(page, answers))));

it.each([
  ['MediTech', meditech],
  ['MedTech GmbH', medtech],
])('takes the answers of %s', (_name, answers) => {
  expect(inBrowser(answers)).toEqual({});
  expect(faultsInApi(template, answers)).toEqual([]);
});

const secret = (changes: { service?: string; region?: string; account?: string; name?: string }) => {
  const { service = 'secretsmanager', region = 'eu-central-1', account = '111122223333', name = 'db-a1B2c3' } = changes;
  return `arn:aws:${service}:${region}:${account}:secret:${name}`;
};
const key = (region: string, account: string) =>
  `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

it.each([
  ['a secret of another region', 'secrets.databaseArn', secret({ region: 'eu-west-1' })],
  ['a secret of a region that begins alike', 'secrets.databaseArn', secret({ region: 'eu-central-2' })],
  ['a secret of another account', 'secrets.databaseArn', secret({ account: '111122223334' })],
  ['a secret of another service', 'secrets.databaseArn', secret({ service: 'ssm' })],
  ['a secret without its suffix', 'secrets.databaseArn', secret({ name: 'database' })],
  ['a secret with a suffix of five', 'secrets.databaseArn', secret({ name: 'db-a1B2c' })],
  ['a secret by its name', 'secrets.databaseArn', 'meditech/vitals/database'],
  ['no secret', 'secrets.databaseArn', undefined],
  ['a key of another region', 'secrets.databaseKeyArn', key('eu-west-1', '111122223333')],
  ['a key of another account', 'secrets.databaseKeyArn', key('eu-central-1', '211122223333')],
  ['an alias for a key', 'secrets.databaseKeyArn', 'arn:aws:kms:eu-central-1:111122223333:alias/database'],
  ['a deploy role of another account', 'aws.deployRoleArn', 'arn:aws:iam::111122223332:role/pipeline-deploy'],
  ['a user for a deploy role', 'aws.deployRoleArn', 'arn:aws:iam::111122223333:user/someone'],
  ['a suffix with capitals', 'aws.environmentSuffix', 'Prod'],
  ['a suffix that begins with a digit', 'aws.environmentSuffix', '1prod'],
  ['a suffix that is too long', 'aws.environmentSuffix', 'a'.repeat(21)],
  ['a suffix with a hyphen at its end', 'aws.environmentSuffix', 'prod-'],
  ['an account of eleven digits', 'aws.accountId', '11112222333'],
  ['an account that is a number', 'aws.accountId', 111122223333],
  ['a region that is not supported', 'aws.region', 'mars-north-1'],
  ['a tenant id with a slash', 'tenant.id', '../meditech'],
  ['a name that is empty', 'tenant.name', ''],
  ['a name that is too long', 'tenant.name', 'a'.repeat(121)],
  ['an owner without its kind', 'tenant.owner', 'meditech'],
  ['a workload that is not there', 'workload', 'records'],
  ['no capacity', 'capacity.peakEventsPerSecond', undefined],
  ['a capacity that is no whole number', 'capacity.peakEventsPerSecond', 1.5],
  ['a capacity beyond the limit', 'capacity.peakEventsPerSecond', 20_001],
  ['frameworks without HIPAA', 'compliance.frameworks', ['gdpr']],
  ['a framework twice', 'compliance.frameworks', ['hipaa', 'hipaa']],
  ['a log retention that CloudWatch has not', 'compliance.logRetentionDays', 366],
  ['a mail address without a domain', 'observability.alarmEmail', 'oncall@'],
  ['a setting that does not exist', 'secrets.password', 'hunter2'],
])('refuses %s, naming the field', (_case, field, value) => {
  const answers = withAnswer(meditech, field, value);
  const [group = ''] = field.split('.');
  // A field that is missing or unknown is a fault of its group.
  const named = value === undefined || field === 'secrets.password' ? [field, group] : [field];
  const marked = template.spec.parameters
    .filter((page) => Object.hasOwn(page.properties ?? {}, group))
    .flatMap((page) => Object.keys(faultsInBrowser(page, answers)));
  expect(marked.filter((fault) => named.includes(fault))).not.toEqual([]);
  expect(faultsInApi(template, answers).filter((fault) => named.includes(fault))).not.toEqual([]);
});

it('says in words what a secret must be, not by a pattern', () => {
  for (const databaseArn of [secret({ region: 'eu-west-1' }), secret({ account: '999999999999' }), 'nothing']) {
    expect(inBrowser(withAnswer(meditech, 'secrets.databaseArn', databaseArn))).toEqual({
      'secrets.databaseArn':
        'The complete ARN of a Secrets Manager secret, with its six-character suffix, in the region and account of the page AWS',
    });
  }
});

const accountId = fc.stringMatching(/^[0-9]{12}$/);
/** Another account, most often one that differs in a single digit. */
const otherAccount = fc.oneof(
  fc.tuple(accountId, accountId),
  fc
    .tuple(accountId, fc.nat({ max: 11 }), fc.integer({ min: 1, max: 9 }))
    .map(([account, at, by]) => {
      const digit = (Number(account[at]) + by) % 10;
      return [account, `${account.slice(0, at)}${digit}${account.slice(at + 1)}`] as const;
    }),
);

/** Answers whose tenant has one account, and whose ARNs all have the other. */
const withAccounts = (account: string, other: string) =>
  (
    [
      ['aws.accountId', account],
      ['aws.deployRoleArn', `arn:aws:iam::${other}:role/pipeline-deploy`],
      ['secrets.databaseArn', secret({ account: other })],
      ['secrets.databaseKeyArn', key('eu-central-1', other)],
    ] as const
  ).reduce((answers, [field, value]) => withAnswer(answers, field, value), meditech);
const arns = ['aws.deployRoleArn', 'secrets.databaseArn', 'secrets.databaseKeyArn'];
const accounts = fc.oneof(otherAccount, accountId.map((account) => [account, account] as const));

it('takes exactly the accounts that are equal, for secret, key and role, in the API', () => {
  fc.assert(
    fc.property(accounts, ([account, other]) => {
      const faults = faultsInApi(template, withAccounts(account, other)).filter((field) => field.includes('Arn'));
      expect(faults.sort()).toEqual(account === other ? [] : arns);
    }),
  );
});

it('sees a single digit of the account that differs in a single bit, wherever it stands', () => {
  const digits = [...Array(10).keys()];
  for (let at = 0; at < 12; at++) {
    for (const digit of digits) {
      for (const other of [1, 2, 4, 8].map((bit) => digit ^ bit).filter((found) => digits.includes(found))) {
        const account = (changed: number) => `${'3'.repeat(at)}${changed}${'3'.repeat(11 - at)}`;
        const faults = faultsInApi(template, withAccounts(account(digit), account(other)));
        expect({ at, digit, other, faults: faults.filter((field) => field.includes('Arn')).sort() }).toEqual({
          at,
          digit,
          other,
          faults: arns,
        });
      }
    }
  }
}, 120_000);

it('takes exactly the accounts that are equal, for secret, key and role, in the browser', () => {
  const pages = template.spec.parameters.filter(({ title }) => ['AWS', 'Secrets'].includes(title));
  fc.assert(
    fc.property(accounts, ([account, other]) => {
      const faults = pages.flatMap((page) => Object.keys(faultsInBrowser(page, withAccounts(account, other))));
      expect(faults.sort()).toEqual(account === other ? [] : arns);
    }),
    // A page takes a tenth of a second; the API's property has the same rules and more runs.
    { numRuns: 8 },
  );
}, 120_000);

it('compares region by region: a secret fits its own and no other', () => {
  const regions = template.spec.parameters[2]?.properties?.aws?.properties?.region?.enum ?? [];
  expect(regions).toHaveLength(10);
  for (const region of regions) {
    for (const other of regions) {
      const answers = withAnswer(
        withAnswer(meditech, 'aws.region', region),
        'secrets.databaseArn',
        secret({ region: String(other) }),
      );
      expect(faultsInApi(template, answers)).toEqual(region === other ? [] : ['secrets.databaseArn']);
    }
  }
});
