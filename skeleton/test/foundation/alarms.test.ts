import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVERYTHING } from './support/settings';
import type { AnswersChange } from './support/settings';
import { synthesize } from './support/synthesis';
import type { Resource, Synthesis } from './support/synthesis';

/** Every alarm that wakes somebody, in any pipeline. Each has a section of its own in docs/runbook.md, by this name. */
const ALARMS = [
  'api-audit',
  'api-blocked',
  'api-errors',
  'api-latency',
  'api-throttled',
  'database-capacity',
  'database-connections',
  'database-cpu',
  'database-deadlocks',
  'database-readers',
  'database-replica-lag',
  'database-storage',
  'events-quarantined',
  'ingest-errors',
  'ingest-put-failures',
  'ingest-refused',
  'ingest-throttled',
  'iterator-age',
  'lease-lost',
  'processor-tasks',
  'stream-throttled',
  'stream-unread',
];

/** Those of the function that changes the password, where the pipeline does. */
const ROTATION_ALARMS = ['rotation-errors'];

/** Those of the cache, where there is one. */
const CACHE_ALARMS = [
  'cache-cpu',
  'cache-errors',
  'cache-evictions',
  'cache-follow-up',
  'cache-memory',
  'cache-replication',
];

const RUNBOOK = readFileSync(join(__dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');

function alarmsOf({ ofType }: Synthesis) {
  const all = [...ofType('AWS::CloudWatch::Alarm'), ...ofType('AWS::CloudWatch::CompositeAlarm')];
  const notifying = all.filter(({ Properties }) =>
    JSON.stringify(Properties.AlarmActions ?? []).includes('AlarmTopic'),
  );
  return { all, notifying };
}

describe.each<[string, AnswersChange, readonly string[]]>([
  ['by default', {}, [...ALARMS, ...ROTATION_ALARMS]],
  ['with a cache', EVERYTHING, [...ALARMS, ...ROTATION_ALARMS, ...CACHE_ALARMS]],
  ['whose password another changes', { secrets: { rotation: 'managedElsewhere' } }, ALARMS],
])('the alarms of a pipeline %s', (_, change, expected) => {
  const { all, notifying } = alarmsOf(synthesize(change));

  it('are these, and each tells when it goes off and when it is over', () => {
    expect(notifying.map(nameOf).sort()).toEqual(expected.map((name) => `${name}-prod`).sort());
    for (const { Properties } of notifying) expect(Properties.OKActions).toEqual(Properties.AlarmActions);
  });

  it('say what they mean and link the section of the runbook that has their name', () => {
    for (const alarm of notifying) {
      expect(alarm.Properties.AlarmDescription).toMatch(
        new RegExp(`^[A-Z].+\\. What to do: docs/runbook\\.md#${nameOf(alarm).replace(/-prod$/, '')}$`),
      );
    }
  });

  it('have each a section in the runbook that says what it means and what to do', () => {
    const linked = all.map(
      ({ Properties }) => /docs\/runbook\.md#([\w-]+)/.exec(String(Properties.AlarmDescription))?.[1],
    );

    // Two parts of a composite alarm, and the two of the scaling.
    expect(linked).toHaveLength(expected.length + 4);
    for (const section of linked) {
      const text = new RegExp(`^## ${section}$([^]*?)(?=^## |(?![^]))`, 'm').exec(RUNBOOK)?.[1] ?? '';
      expect([section, text]).toEqual([section, expect.stringMatching(/\S/)]);
      if (section === 'processor-scaling') continue;
      expect([section, text]).toEqual([section, expect.stringContaining('**What it means.**')]);
      expect([section, text]).toEqual([section, expect.stringContaining('**What to do')]);
    }
  });

  it('are all on the dashboard', () => {
    const body = JSON.stringify(synthesize(change).only('AWS::CloudWatch::Dashboard').Properties.DashboardBody);

    for (const { id } of notifying) expect(body).toContain(id);
  });
});

describe('the alarms of a large cache', () => {
  const { notifying } = alarmsOf(
    synthesize({ ...EVERYTHING, capacity: { peakEventsPerSecond: 1000, cacheNodeGroups: 20 } }),
  );
  const memory = notifying.filter((alarm) => nameOf(alarm).startsWith('cache-memory'));

  it('look at every node, ten an alarm, since CloudWatch combines no more', () => {
    const nodes = memory.map(
      ({ Properties }) => [...JSON.stringify(Properties.Metrics).matchAll(/"CacheClusterId"/g)].length,
    );

    expect(memory.map(nameOf)).toEqual([
      'cache-memory-prod',
      'cache-memory-2-prod',
      'cache-memory-3-prod',
      'cache-memory-4-prod',
    ]);
    expect(nodes).toEqual([10, 10, 10, 10]);
    for (const { Properties } of memory) expect(Properties.AlarmDescription).toMatch(/#cache-memory$/);
  });
});

describe('the alarms', () => {
  const { ofType, only } = synthesize();
  const { all } = alarmsOf(synthesize());

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

  it('count a database without a reader that reports as one without a reader', () => {
    const readers = all.find((alarm) => nameOf(alarm) === 'database-readers-prod');

    expect(readers?.Properties).toMatchObject({ Statistic: 'SampleCount', TreatMissingData: 'breaching' });
    expect(readers?.Properties.Dimensions).toContainEqual({ Name: 'Role', Value: 'READER' });
  });

  it('watch the firewall by the name under which its web ACL counts', () => {
    const blocked = all.find((alarm) => nameOf(alarm) === 'api-blocked-prod');
    const acl = only('AWS::WAFv2::WebACL').Properties;

    expect(blocked?.Properties.Dimensions).toContainEqual({ Name: 'WebACL', Value: 'api-prod' });
    expect(acl.VisibilityConfig).toMatchObject({ MetricName: 'api-prod' });
  });
});

describe('the dashboard', () => {
  const body = (change: AnswersChange) =>
    JSON.stringify(synthesize(change).only('AWS::CloudWatch::Dashboard').Properties.DashboardBody);

  it('speaks of what a person on the ward asks about', () => {
    const { Properties } = synthesize().only('AWS::CloudWatch::Dashboard');

    expect(Properties.DashboardName).toBe('pipeline-prod');
    for (const words of [
      'Is everything well?',
      'Events in and stored',
      'Waiting time',
      'Quarantine',
      'From arrival to stored',
      'Stream: room used',
      'Processors running',
      'Database: how busy',
    ]) {
      expect(body({})).toContain(words);
    }
  });

  it('shows the cache just where there is one', () => {
    expect(body(EVERYTHING)).toContain('Latest readings answered from the cache');
    expect(body({})).not.toMatch(/cache/i);
  });
});

function nameOf({ Properties }: Resource): string {
  return String(Properties.AlarmName);
}
