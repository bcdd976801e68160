import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { synthesize } from './support/synthesis';
import type { Resource } from './support/synthesis';

/** Every alarm that wakes somebody. Each has a section of its own in docs/runbook.md, by this name. */
const ALARMS = [
  'api-audit',
  'api-errors',
  'api-throttled',
  'database-capacity',
  'database-connections',
  'database-cpu',
  'database-replica-lag',
  'database-storage',
  'events-quarantined',
  'iterator-age',
  'lease-lost',
  'processor-tasks',
  'stream-throttled',
  'stream-unread',
];

describe('the alarms', () => {
  const { ofType, only } = synthesize();
  const all = [...ofType('AWS::CloudWatch::Alarm'), ...ofType('AWS::CloudWatch::CompositeAlarm')];
  const notifying = all.filter(({ Properties }) =>
    JSON.stringify(Properties.AlarmActions ?? []).includes('AlarmTopic'),
  );

  it('notify the topic when they go off and when they are over', () => {
    expect(notifying.map(nameOf).sort()).toEqual(ALARMS.map((name) => `${name}-prod`));
    for (const { Properties } of notifying) expect(Properties.OKActions).toEqual(Properties.AlarmActions);
  });

  it('say what they mean and link the section of the runbook that has their name', () => {
    for (const alarm of notifying) {
      expect(alarm.Properties.AlarmDescription).toMatch(
        new RegExp(`^[A-Z].+\\. What to do: docs/runbook\\.md#${nameOf(alarm).replace(/-prod$/, '')}$`),
      );
    }
  });

  it('have each a section in the runbook that is there', () => {
    const runbook = readFileSync(join(__dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');
    const linked = all.map(
      ({ Properties }) => /docs\/runbook\.md#([\w-]+)/.exec(String(Properties.AlarmDescription))?.[1],
    );

    expect(linked).toHaveLength(18);
    for (const section of linked) expect(runbook).toMatch(new RegExp(`^## ${section}$`, 'm'));
  });

  it('go off when devices write and nobody reads, though the age is then not reported', () => {
    const byName = new Map(all.map((alarm) => [nameOf(alarm), alarm]));

    expect(byName.get('iterator-age-unreported-prod')?.Properties).toMatchObject({
      MetricName: 'GetRecords.IteratorAgeMilliseconds',
      TreatMissingData: 'breaching',
    });
    expect(byName.get('records-arriving-prod')?.Properties).toMatchObject({
      MetricName: 'IncomingRecords',
      TreatMissingData: 'notBreaching',
    });
    const rule = JSON.stringify(byName.get('stream-unread-prod')?.Properties.AlarmRule);
    expect(rule).toContain('iteratorageunreported');
    expect(rule).toContain('recordsarriving');
    expect(rule).toContain(' AND ');
  });

  it('stay quiet while no device writes: the age alone may be missing', () => {
    const age = all.find((alarm) => nameOf(alarm) === 'iterator-age-prod');

    expect(age?.Properties.TreatMissingData).toBe('notBreaching');
  });

  it('count a processor service that reports nothing as one that does not run', () => {
    const tasks = all.find((alarm) => nameOf(alarm) === 'processor-tasks-prod');

    expect(tasks?.Properties).toMatchObject({
      Threshold: 2,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  it('go to a topic that is encrypted, takes TLS only, and from this account’s alarms only', () => {
    expect(JSON.stringify(only('AWS::SNS::Topic').Properties.KmsMasterKeyId)).toContain('KeysTelemetry');
    const policy = JSON.stringify(only('AWS::SNS::TopicPolicy').Properties.PolicyDocument);
    expect(policy).toContain('"aws:SecureTransport":"false"');
    expect(policy).toContain('"aws:SourceAccount":"111122223333"');
  });

  it('let CloudWatch use the key for that topic only', () => {
    const key = ofType('AWS::KMS::Key').find(({ id }) => id.startsWith('KeysTelemetry'));

    expect(JSON.stringify(key?.Properties.KeyPolicy)).toContain(
      '"kms:EncryptionContext:aws:sns:topicArn":"arn:aws:sns:eu-central-1:111122223333:alarms-prod"',
    );
  });

  it('are mailed where the tenant said, and nowhere by default', () => {
    expect(only('AWS::SNS::Subscription').Properties).toMatchObject({
      Protocol: 'email',
      Endpoint: 'oncall@st-luke.example',
    });
    expect(() => synthesize({ observability: { alarmEmail: undefined } }).ofType('AWS::SNS::Subscription')).toThrow(
      'has no',
    );
  });

  it('are on the dashboard', () => {
    const body = JSON.stringify(only('AWS::CloudWatch::Dashboard').Properties.DashboardBody);

    expect(only('AWS::CloudWatch::Dashboard').Properties.DashboardName).toBe('pipeline-prod');
    for (const { id } of notifying) expect(body).toContain(id);
  });
});

function nameOf({ Properties }: Resource): string {
  return String(Properties.AlarmName);
}
