import { LOG_RETENTION_DAYS } from '../tenant';
import type { Framework, TenantSettings } from '../tenant';

/**
 * Days that each framework has the record of who did what kept, at the least.
 *
 * - HIPAA: six years from the making of a record, 45 CFR 164.316(b)(2)(i) with (b)(1)(ii).
 * - GDPR: no term of its own. Whoever processes must be able to show that it was lawful (Art. 5(2), 24(1)) and may keep a record no longer
 *   than that takes (Art. 5(1)(e)).
 * - LGPD: none either (Lei 13.709/2018, Art. 6, X, and Art. 37); but the Marco Civil da Internet, Lei 12.965/2014, Art. 15, has whoever offers
 *   an application keep the record of access to it for six months.
 */
const AUDIT_DAYS_MIN: Readonly<Record<Framework, number>> = { hipaa: 2192, gdpr: 0, lgpd: 184 };

/**
 * Days that the audit record is kept: CloudTrail's files and log, the API's access log, the firewall's log, the database's log, the log of who
 * fetched exports, and the table `access_audit`. As long as other logs, and never shorter than a chosen framework asks, whatever `compliance.logRetentionDays` says.
 *
 * @returns one of `LOG_RETENTION_DAYS`, the terms that CloudWatch Logs knows.
 */
export function auditRetentionDays({ frameworks, logRetentionDays }: TenantSettings['compliance']): number {
  const days = Math.max(logRetentionDays, ...frameworks.map((framework) => AUDIT_DAYS_MIN[framework]));
  const term = LOG_RETENTION_DAYS.find((candidate) => candidate >= days);
  if (term === undefined) throw new Error(`CloudWatch Logs knows no retention of ${days} days or more.`);
  return term;
}
