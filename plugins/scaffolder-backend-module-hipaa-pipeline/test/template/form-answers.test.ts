/** What the form takes and refuses, in the browser and in the scaffolder's API, by the validators of each. */
import { faultsInApi, faultsInBrowser, readReferenceAnswers, readTemplate, withAnswer } from '../support/form';
import type { Answers } from '../support/form';

const template = readTemplate();
const meditech = readReferenceAnswers('meditech-eu-central-1');
const medtech = readReferenceAnswers('medtech-us-east-1');
const brazil = readReferenceAnswers('medtech-brazil-sa-east-1');

const inBrowser = (answers: Answers) =>
  Object.fromEntries(template.spec.parameters.flatMap((page) => Object.entries(faultsInBrowser(page, answers))));

it.each([
  ['MediTech', meditech],
  ['MedTech GmbH', medtech],
  ['MedTech Brazil', brazil],
])('takes the answers of %s', (_name, answers) => {
  expect(inBrowser(answers)).toEqual({});
  expect(faultsInApi(template, answers)).toEqual([]);
});

const secret = (changes: { service?: string; region?: string; account?: string; name?: string }) => {
  const { service = 'secretsmanager', region = 'eu-central-1', account = '111122223333', name = 'db-a1B2c3' } = changes;
  return `arn:aws:${service}:${region}:${account}:secret:${name}`;
};

it.each([
  ['a secret of another service', 'secrets.databaseArn', secret({ service: 'ssm' })],
  ['a secret without its suffix', 'secrets.databaseArn', secret({ name: 'database' })],
  ['a secret with a suffix of five', 'secrets.databaseArn', secret({ name: 'db-a1B2c' })],
  ['a secret by its name', 'secrets.databaseArn', 'meditech/vitals/database'],
  ['no secret', 'secrets.databaseArn', undefined],
  ['an alias for a key', 'secrets.databaseKeyArn', 'arn:aws:kms:eu-central-1:111122223333:alias/database'],
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
  ['a workload that is not there', 'workload', 'billing'],
  ['no capacity', 'capacity.peakEventsPerSecond', undefined],
  ['a capacity that is no whole number', 'capacity.peakEventsPerSecond', 1.5],
  ['a capacity beyond the limit', 'capacity.peakEventsPerSecond', 20_001],
  ['no shard', 'capacity.shards', 0],
  ['a stream of another kind', 'capacity.streamMode', 'on-demand'],
  ['a cache by a partial ARN', 'secrets.cacheAuthTokenArn', secret({ name: 'cache' })],
  ['a rotation by nobody', 'secrets.rotation', 'never'],
  ['a rotation every year and a day', 'secrets.rotationDays', 366],
  ['a law of two lines', 'compliance.legalRetentionBasis', 'one\ntwo'],
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

it.each([
  ['scans a day', 'capacity.scansPerDay', undefined],
  ['the size of a scan', 'capacity.scanSizeMegabytes', undefined],
  ['the host name', 'imaging.domainName', undefined],
  ['the certificate', 'imaging.certificateArn', undefined],
  ['the truststore', 'imaging.truststoreUri', undefined],
  ['the version of the truststore', 'imaging.truststoreVersion', undefined],
  ['the secret of the queue', 'secrets.cacheAuthTokenArn', undefined],
  ['a truststore that is no PEM file', 'imaging.truststoreUri', 's3://bucket/hospitals.zip'],
  ['a version of an object without versions', 'imaging.truststoreVersion', 'null'],
  ['a host name in capitals', 'imaging.domainName', 'Imagens.Hospital.example'],
])('asks a tenant of imaging for %s, and other tenants not', (_case, field, value) => {
  const answers = withAnswer(brazil, field, value);
  const [group = ''] = field.split('.');
  const named = value === undefined ? [field, group] : [field];
  expect(Object.keys(inBrowser(answers)).filter((fault) => named.includes(fault))).not.toEqual([]);
  expect(faultsInApi(template, answers).filter((fault) => named.includes(fault))).not.toEqual([]);
});

it('says in words what a secret must be, not by a pattern', () => {
  for (const databaseArn of [secret({ service: 'ssm' }), secret({ name: 'database' }), 'nothing']) {
    expect(inBrowser(withAnswer(meditech, 'secrets.databaseArn', databaseArn))).toEqual({
      'secrets.databaseArn':
        'The complete ARN of a Secrets Manager secret, with its six-character suffix, in the region and account of the page AWS',
    });
  }
});

it('has the ARNs judged by the tenant, with a field of its own', () => {
  // JSON Schema cannot compare two answers; plugins/hipaa-pipeline does in the browser, and the action does again.
  for (const [title, group, names] of [
    ['AWS', 'aws', ['deployRoleArn']],
    ['AWS', 'imaging', ['certificateArn', 'ownershipVerificationCertificateArn']],
    ['Secrets', 'secrets', ['databaseArn', 'databaseKeyArn', 'cacheAuthTokenArn', 'cacheAuthTokenKeyArn']],
  ] as const) {
    const page = template.spec.parameters.find((candidate) => candidate.title === title);
    const fields = Object.entries(page?.properties?.[group]?.properties ?? {});
    expect(fields.filter(([, field]) => field['ui:field'] === 'TenantArn').map(([name]) => name)).toEqual(names);
  }
});
