import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { connectionsMax } from '../../../../src/foundation/instance-size';
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

describe('the runbook’s policy', () => {
  const runbook = readFileSync(join(__dirname, '..', '..', '..', '..', 'docs', 'runbook.md'), 'utf8');
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
