import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { connectionsMax } from '../../../../src/foundation/instance-size';
import { EVENTS } from '../../../../src/runtime/log/vocabulary';
import { REJECTIONS } from '../../../../src/workloads/records/decode/rejections';
import { HL7_REJECTIONS } from '../../../../src/workloads/records/hl7/decode-hl7';
import { REFUSAL_REASONS } from '../../../../src/workloads/records/store';
import { alarmsOf, COMMON_ALARMS, nameOf, ROTATION_ALARMS } from '../../../foundation/support/alarms';
import { apiMethods } from '../../../foundation/support/api-methods';
import { RECORDS, RECORDS_OTHER_CHOICES } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';

const ALARMS = [
  ...COMMON_ALARMS,
  'database-free-storage',
  'database-memory',
  'database-transaction-ids',
  'database-write-latency',
];

describe('the alarms of records', () => {
  const { all, notifying } = alarmsOf(synthesize(RECORDS));

  it('are these', () => {
    expect(notifying.map(nameOf).sort()).toEqual([...ALARMS, ...ROTATION_ALARMS].map((name) => `${name}-prod`).sort());
  });

  it('look at the instance, by figures that RDS reports of one that is no cluster', () => {
    const instance = synthesize(RECORDS).only('AWS::RDS::DBInstance').id;
    const ofTheDatabase = all.filter((alarm) => nameOf(alarm).startsWith('database-'));

    expect(ofTheDatabase.map(({ Properties }) => Properties.MetricName).sort()).toEqual([
      'CPUUtilization',
      'DatabaseConnections',
      'FreeStorageSpace',
      'FreeableMemory',
      'MaximumUsedTransactionIDs',
      'WriteLatency',
    ]);
    for (const { Properties } of ofTheDatabase) {
      expect(Properties).toMatchObject({
        Namespace: 'AWS/RDS',
        Dimensions: [{ Name: 'DBInstanceIdentifier', Value: { Ref: instance } }],
      });
    }
  });

  it('go off in proportion to the instance: before it refuses connections, swaps, or is full', () => {
    const thresholds = (change: typeof RECORDS) =>
      Object.fromEntries(
        alarmsOf(synthesize(change)).all.map(({ Properties }) => [Properties.MetricName, Properties.Threshold]),
      );

    expect(thresholds(RECORDS)).toMatchObject({
      DatabaseConnections: Math.floor(0.8 * connectionsMax('r6g.large')),
      FreeableMemory: 0.05 * 16 * 1024 ** 3,
      FreeStorageSpace: 0.05 * 100 * 1024 ** 3,
    });
    expect(thresholds(RECORDS_OTHER_CHOICES)).toMatchObject({
      DatabaseConnections: 4000,
      FreeableMemory: 0.05 * 128 * 1024 ** 3,
      FreeStorageSpace: 0.05 * 500 * 1024 ** 3,
    });
  });
});

const runbook = readFileSync(join(__dirname, '..', '..', '..', '..', 'docs', 'runbook.md'), 'utf8');

describe('the dashboard of records', () => {
  const { ofType, only } = synthesize(RECORDS);
  const body = JSON.stringify(only('AWS::CloudWatch::Dashboard').Properties.DashboardBody);

  it('tells why events are in quarantine, by the log of the processors', () => {
    const group = ofType('AWS::Logs::LogGroup').find(
      ({ Properties }) => Properties.LogGroupName === '/pipeline/processor-prod',
    );

    expect(body).toMatch(new RegExp(`"Ref":"${group?.id ?? 'none'}"[^{]+event = [^{]+by reasonCode`));
    expect(EVENTS['event.quarantined'].fields).toEqual(expect.arrayContaining(['reasonCode', 'quarantinedCount']));
  });

  it('shows references that lead nowhere, as they are counted each hour', () => {
    expect(body).toMatch(/ReferencesUnresolvedCount[^\]]+period[^\]]+3600/);
  });
});

describe('the runbook', () => {
  const sectionOf = (heading: string) =>
    new RegExp(`^#+ ${heading}$([^]*?)(?=^##+ |(?![^]))`, 'm').exec(runbook)?.[1] ?? '';

  it.each([...new Set([...Object.keys(REJECTIONS), ...HL7_REJECTIONS, ...Object.keys(REFUSAL_REASONS)])])(
    'says what to do with what is quarantined as %s',
    (reason) => {
      expect(sectionOf('Why records are quarantined')).toMatch(new RegExp(`^\\|.*\`${reason}\`.*\\| \\S.*\\|$`, 'm'));
    },
  );

  it('says what references that lead nowhere mean, and how to see which they are', () => {
    const section = sectionOf('References that lead nowhere');

    for (const words of [
      '**What it means.**',
      '**What to do.**',
      'ReferencesUnresolvedCount',
      '`references unresolved`',
    ]) {
      expect(section).toContain(words);
    }
  });
});

describe('the runbook’s policy', () => {
  const paths = apiMethods(synthesize(RECORDS)).map(({ name }) => name.replace(' /', '/').replace(/\{\w+\}/g, 'x'));
  const policySchema = z.object({
    Statement: z.array(
      z.object({
        Effect: z.enum(['Allow', 'Deny']),
        Action: z.literal('execute-api:Invoke'),
        Resource: z.union([z.string(), z.array(z.string())]),
      }),
    ),
  });

  /** The paths of the API that a policy lets somebody call, as IAM decides: a denial stands above all. */
  function allowedBy(name: string): string[] {
    const json = new RegExp(`\`\`\`json ${name}\\n([^]*?)\`\`\``).exec(runbook)?.[1] ?? '';
    const { Statement } = policySchema.parse(JSON.parse(json));
    const matches = (effect: string, path: string) =>
      Statement.filter(({ Effect }) => Effect === effect)
        .flatMap(({ Resource }) => Resource)
        .map((arn) => arn.replace(/^arn:aws:execute-api:REGION:ACCOUNT:API\/SUFFIX\//, ''))
        .some((pattern) => new RegExp(`^${pattern.replaceAll('$', '\\$').replaceAll('*', '.*')}$`).test(path));
    return paths.filter((path) => matches('Allow', path) && !matches('Deny', path));
  }

  it('for auditors lets them read the record of accesses, and nothing else', () => {
    expect(allowedBy('auditors')).toEqual(['GET/AuditEvent', 'GET/AuditEvent/x']);
  });

  it('for systems lets them read everything but that, and write nothing', () => {
    expect(allowedBy('systems')).toEqual(
      paths.filter((path) => path.startsWith('GET/') && !path.includes('AuditEvent')),
    );
  });
});
