import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alarmsOf, nameOf } from './support/alarms';
import { ENVIRONMENTS } from './support/settings';
import { synthesize } from './support/synthesis';
import type { Resource } from './support/synthesis';

const RUNBOOK = readFileSync(join(__dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');

describe.each(ENVIRONMENTS)('the alarms of a pipeline %s', (_, change) => {
  const { all, notifying } = alarmsOf(synthesize(change));
  const suffix = change.aws?.environmentSuffix ?? 'prod';

  it('each tell when they go off and when it is over', () => {
    expect(notifying.length).toBeGreaterThan(15);
    for (const { Properties } of notifying) expect(Properties.OKActions).toEqual(Properties.AlarmActions);
  });

  it('say what they mean and link the section of the runbook that has their name', () => {
    for (const alarm of notifying) {
      expect(alarm.Properties.AlarmDescription).toMatch(
        new RegExp(`^[A-Z].+\\. What to do: docs/runbook\\.md#${sectionOf(alarm, suffix)}$`),
      );
    }
  });

  it('have each a section in the runbook that says what it means and what to do', () => {
    const linked = all.map(
      ({ Properties }) => /docs\/runbook\.md#([\w-]+)/.exec(String(Properties.AlarmDescription))?.[1],
    );

    // The two of the scaling and, where a stream is read, two parts of a composite alarm.
    expect(linked).toHaveLength(notifying.length + (change.workload === 'imaging' ? 2 : 4));
    for (const section of linked) {
      const text = new RegExp(`^## ${section}$([^]*?)(?=^## |(?![^]))`, 'm').exec(RUNBOOK)?.[1] ?? '';
      expect([section, text]).toEqual([section, expect.stringMatching(/\S/)]);
      if (section?.endsWith('-scaling')) continue;
      expect([section, text]).toEqual([section, expect.stringContaining('**What it means.**')]);
      expect([section, text]).toEqual([section, expect.stringContaining('**What to do')]);
    }
  });

  it('are all on the dashboard', () => {
    const body = JSON.stringify(synthesize(change).only('AWS::CloudWatch::Dashboard').Properties.DashboardBody);

    for (const { id } of notifying) expect(body).toContain(id);
  });
});

describe('the alarms', () => {
  const { ofType, only } = synthesize();
  const { all } = alarmsOf(synthesize());

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

  it('watch the firewall by the name under which its web ACL counts', () => {
    const blocked = all.find((alarm) => nameOf(alarm) === 'api-blocked-prod');
    const acl = only('AWS::WAFv2::WebACL').Properties;

    expect(blocked?.Properties.Dimensions).toContainEqual({ Name: 'WebACL', Value: 'api-prod' });
    expect(acl.VisibilityConfig).toMatchObject({ MetricName: 'api-prod' });
  });
});

/** The section of the runbook: the alarm's name, but for one that shares its section since CloudWatch combines no more than ten metrics. */
function sectionOf(alarm: Resource, suffix: string): string {
  return nameOf(alarm).replace(new RegExp(`(-\\d)?-${suffix}$`), '');
}
