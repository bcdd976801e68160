import fc from 'fast-check';
import { OTHERWISE } from './support/settings';
import { synthesize } from './support/synthesis';
import { auditRetentionDays } from '../../src/foundation/audit-retention';
import { FRAMEWORKS, LOG_RETENTION_DAYS } from '../../src/tenant';
import type { TenantSettings } from '../../src/tenant';

const compliance = (
  logRetentionDays: TenantSettings['compliance']['logRetentionDays'],
  frameworks: TenantSettings['compliance']['frameworks'],
): TenantSettings['compliance'] => ({
  frameworks,
  logRetentionDays,
  observationRetentionDays: 90,
  backupRetentionDays: 35,
});

describe('how long the audit record is kept', () => {
  it('is six years at the least under HIPAA, 45 CFR 164.316(b)(2)(i)', () => {
    expect(auditRetentionDays(compliance(365, ['hipaa']))).toBe(2192);
  });

  it('is what the tenant says where that is longer', () => {
    expect(auditRetentionDays(compliance(3653, ['hipaa', 'gdpr', 'lgpd']))).toBe(3653);
  });

  it('is a term that CloudWatch Logs knows, never below the other logs nor below a framework', () => {
    const others = fc.subarray(FRAMEWORKS.filter((framework) => framework !== 'hipaa'));
    fc.assert(
      fc.property(fc.constantFrom(...LOG_RETENTION_DAYS), others, (logDays, more) => {
        const days = auditRetentionDays(compliance(logDays, ['hipaa', ...more]));
        expect(LOG_RETENTION_DAYS).toContain(days);
        expect(days).toBeGreaterThanOrEqual(Math.max(logDays, 2192));
        expect(days).toBe(Math.max(logDays, 2192));
      }),
    );
  });

  it('holds for the trail’s log and files, the API’s access log, the firewall’s log and the database’s log', () => {
    const ownTrail = { ...OTHERWISE, aws: { ...OTHERWISE.aws, trail: 'stack' } } as const;
    const { ofType } = synthesize(ownTrail);
    const kept = ofType('AWS::Logs::LogGroup').filter(({ Properties }) => Properties.RetentionInDays === 2192);
    const names = kept.map(({ Properties }) => String(Properties.LogGroupName)).sort();
    const trail = ofType('AWS::S3::Bucket').find(({ Properties }) =>
      `${String(Properties.BucketName)}`.startsWith('audit-trail'),
    );

    expect(names).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^\/aws\/rds\/\w+\/database-a2345678901234567890\/postgresql$/),
        '/pipeline/api-access-a2345678901234567890',
        '/pipeline/audit-trail-a2345678901234567890',
        'aws-waf-logs-api-a2345678901234567890',
      ]),
    );
    expect(JSON.stringify(trail?.Properties.LifecycleConfiguration)).toContain('"ExpirationInDays":2192');
  });

  it('holds for the record of who fetched an export', () => {
    const bucket = synthesize(OTHERWISE)
      .ofType('AWS::S3::Bucket')
      .find(({ Properties }) => /^exports?-access/.test(String(Properties.BucketName)));

    expect(JSON.stringify(bucket?.Properties.LifecycleConfiguration)).toContain('"ExpirationInDays":2192');
  });

  it('is told to the processor, which keeps the table of accesses', () => {
    const task = synthesize(OTHERWISE)
      .ofType('AWS::ECS::TaskDefinition')
      .find(({ Properties }) => `${String(Properties.Family)}`.match(/^(processor|worker)/));

    expect(JSON.stringify(task?.Properties.ContainerDefinitions)).toContain(
      '{"Name":"AUDIT_RETENTION_DAYS","Value":"2192"}',
    );
  });
});
