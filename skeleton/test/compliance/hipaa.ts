import type { Safeguard } from './safeguard';

/**
 * The technical safeguards of 45 CFR 164.312, and those of 164.308, 164.314 and 164.316 that a pipeline can answer, as far as every workload
 * answers them alike. The rest is with the workloads.
 */
export const HIPAA: readonly Safeguard[] = [
  {
    framework: 'hipaa',
    citation: '164.312(a)(2)(iii)',
    duty: 'Automatic logoff',
    answer:
      'There are no sessions: each request shows anew who asks, and a statement or request that takes too long is ended.',
    builtIn: ['src/runtime/postgres/pool.ts'],
    provedBy: [{ file: 'test/runtime/postgres/pool.test.ts', test: 'ends a statement that takes too long' }],
    leftToYou: 'Bound the sessions of your identity provider.',
  },
  {
    framework: 'hipaa',
    citation: '164.312(a)(2)(iv)',
    duty: 'Encryption and decryption',
    answer:
      'Stream, database, backups, logs, trail, topic and code are encrypted by keys of this account, which rotate.',
    builtIn: ['src/foundation/keys.ts'],
    provedBy: [
      { file: 'test/pipeline-stack.test.ts', test: 'encrypts every store with a key of its own' },
      { file: 'test/pipeline-stack.test.ts', test: 'rotates every key' },
      { file: 'test/pipeline-stack.test.ts', test: 'encrypts every log group with our key' },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(b)',
    duty: 'Audit controls',
    answer:
      'Each read of patient data is on record (who, whose, what, when, outcome) before its answer leaves, and is not answered otherwise; the database writes down each read, change and removal in its tables itself, whoever makes it, where its server has pgaudit, as Aurora and RDS have; CloudTrail, flow logs and access logs record the rest.',
    builtIn: [
      'src/runtime/http/access-audit.ts',
      'src/foundation/audit-trail.ts',
      'src/runtime/migrations/20261122180003000_access-audit.sql',
      'src/runtime/migrations/20261122185000000_pgaudit.sql',
      'src/foundation/database-parameters.ts',
    ],
    provedBy: [
      {
        file: 'test/runtime/postgres/database-audit.test.ts',
        test: 'writes reads, changes and removals of patients’ tables, without text and values',
      },
      {
        file: 'test/foundation/pipeline-database.test.ts',
        test: 'audits by pgaudit what changes schema and roles, and what touches patients’ tables, without values',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(c)(2)',
    duty: 'Mechanism to authenticate electronic protected health information',
    answer:
      'No program can change or delete an audit record, whether it stores or answers; CloudTrail validates its log files.',
    builtIn: ['src/runtime/migrations/20261122180003000_access-audit.sql', 'src/foundation/audit-trail.ts'],
    provedBy: [
      { file: 'test/runtime/postgres/migrate.test.ts', test: 'leaves the roles with the least they need' },
      { file: 'test/foundation/audit-trail.test.ts', test: 'shows tampering' },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(e)(1)',
    duty: 'Transmission security',
    answer: 'Every hop is TLS; tasks have no route out of the network by default; nothing lets the internet in.',
    builtIn: ['src/foundation/network.ts', 'src/foundation/endpoints.ts'],
    provedBy: [
      { file: 'test/pipeline-stack.test.ts', test: 'lets nothing in from the internet' },
      { file: 'test/foundation/network.test.ts', test: 'with egress endpoints has no way out' },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(e)(2)(ii)',
    duty: 'Encryption (in transmission)',
    answer:
      'TLS to the database is forced by the server and verified by the client, and there is no switch to turn it off.',
    builtIn: ['src/foundation/database-parameters.ts', 'src/runtime/postgres/tls.ts'],
    provedBy: [
      { file: 'test/foundation/pipeline-database.test.ts', test: 'refuses connections without TLS' },
      { file: 'test/runtime/postgres/pool.test.ts', test: 'refuses a server whose certificate names another host' },
      {
        file: 'test/runtime/postgres/pool.test.ts',
        test: 'is the only kind of client that the server lets in: one that speaks TLS',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.308(a)(1)(ii)(D)',
    duty: 'Information system activity review',
    answer:
      'Alarms on each promise, a dashboard, and logs that people may read, since no patient data can appear in them.',
    builtIn: ['src/foundation/alarms.ts', 'src/runtime/log/vocabulary.ts'],
    provedBy: [
      {
        file: 'test/foundation/alarms.test.ts',
        test: 'say what they mean and link the section of the runbook that has their name',
      },
      {
        file: 'test/runtime/log/log.test.ts',
        test: 'lets no text through but names, whatever event and fields it is given',
      },
    ],
    leftToYou: 'Review `access_audit` regularly.',
  },
  {
    framework: 'hipaa',
    citation: '164.308(a)(5)(ii)(D)',
    duty: 'Password management',
    answer:
      'The password of the database is changed by schedule, every 30 days by default, unless its secret’s owner does so; it is read when needed, and is in no template, environment or log.',
    builtIn: ['src/foundation/rotation.ts', 'src/runtime/postgres/secret.ts'],
    provedBy: [
      {
        file: 'test/foundation/rotation.test.ts',
        test: 'happens by the tenant’s days, and once when the schedule is made',
      },
      {
        file: 'test/pipeline-stack.test.ts',
        test: 'puts no user name, password or patient into an environment variable',
      },
    ],
    leftToYou: 'Change the password where you set `secrets.rotation` to `managedElsewhere`.',
  },
  {
    framework: 'hipaa',
    citation: '164.308(a)(7)(ii)(A)',
    duty: 'Data backup plan',
    answer: 'Automated backups of the database, 35 days by default, encrypted, with recovery to any point in time.',
    builtIn: ['src/foundation/pipeline-database.ts'],
    provedBy: [{ file: 'test/foundation/pipeline-database.test.ts', test: 'encrypted by the data key, backed up' }],
    leftToYou: 'Rehearse a restore.',
  },
  {
    framework: 'hipaa',
    citation: '164.316(b)(2)(i)',
    duty: 'Retention of documentation for six years',
    answer:
      'The record of who did what (trail, access logs, the database’s audit, `access_audit`) is kept for 2192 days at the least, whatever is set for other logs; those for 2192 days by default.',
    builtIn: ['src/foundation/audit-retention.ts', 'src/tenant/schema.ts', 'src/foundation/log-group.ts'],
    provedBy: [
      {
        file: 'test/pipeline-stack.test.ts',
        test: 'encrypts every log group with our key and keeps it for as long as the tenant said',
      },
      {
        file: 'test/foundation/audit-retention.test.ts',
        test: 'is six years at the least under HIPAA',
      },
      {
        file: 'test/runtime/postgres/retention.test.ts',
        test: 'refuses to remove records of accesses before six years are over',
      },
    ],
  },
];
