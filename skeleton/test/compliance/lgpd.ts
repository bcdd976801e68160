import type { Safeguard } from './safeguard';

/** What a pipeline can answer of Lei nº 13.709/2018 (LGPD), and of Resolução CD/ANPD nº 15/2024 on incidents, by its technique. */
export const LGPD: readonly Safeguard[] = [
  {
    framework: 'lgpd',
    citation: 'Art. 6º, III',
    duty: 'Necessity: no more data than the purpose needs',
    answer: 'Logs, outputs and errors hold no patient data: a log knows a closed list of events and fields.',
    builtIn: ['src/runtime/log/vocabulary.ts'],
    provedBy: [
      {
        file: 'test/runtime/log/log.test.ts',
        test: 'lets no text through but names, whatever event and fields it is given',
      },
    ],
  },
  {
    framework: 'lgpd',
    citation: 'Art. 6º, X',
    duty: 'Accountability: measures that are shown to work',
    answer:
      'Each pull request runs the gates and the tests that this page names; each deployment runs the integration suite.',
    builtIn: ['.github/workflows/build.yml', '.github/workflows/deploy.yml'],
    provedBy: [
      {
        file: 'test/gates.test.ts',
        test: 'passes the HIPAA pack, the AwsSolutions pack and the check of the template',
      },
    ],
  },
  {
    framework: 'lgpd',
    citation: 'Art. 7º, 11',
    duty: 'Legal basis of processing, of sensitive data in particular',
    answer:
      'The basis is a setting, `compliance.processingBasis`; where it is left open and `lgpd` applies, it is the protection of health by professionals and services of health (art. 11, II, f).',
    builtIn: ['src/tenant/constants.ts', 'src/tenant/parse.ts'],
    provedBy: [
      { file: 'test/tenant.test.ts', test: 'have what Brazilian law says by itself' },
      { file: 'test/tenant.test.ts', test: 'go before what Brazilian law says by itself' },
    ],
    leftToYou: 'Make sure that the basis holds for your purpose, and tell it to the data subjects (art. 9º).',
  },
  {
    framework: 'lgpd',
    citation: 'Art. 15, 16',
    duty: 'End of processing; what may be kept after it',
    answer:
      'What a law has kept (art. 16, I) is not erased before its term, `compliance.legalRetentionDays`: of records and images, twenty years by Lei nº 13.787/2018, art. 6º, where the settings say nothing else. The record of accesses is removed after its own.',
    builtIn: ['src/tenant/constants.ts', 'src/runtime/postgres/retention.ts'],
    provedBy: [
      { file: 'test/tenant.test.ts', test: 'have what Brazilian law says by itself' },
      {
        file: 'test/runtime/postgres/retention.test.ts',
        test: 'refuses to remove records of accesses before six years are over',
      },
    ],
    leftToYou: 'Erase what is past its term, or hand it over to the patient (Lei nº 13.787/2018, art. 6º).',
  },
  {
    framework: 'lgpd',
    citation: 'Art. 33 to 36',
    duty: 'International transfer',
    answer:
      'All stands in one region, the tenant’s: the stack copies nothing to another one, and by default no route leads from a task to the internet.',
    builtIn: ['src/foundation/network.ts', 'src/foundation/endpoints.ts'],
    provedBy: [
      { file: 'test/foundation/network.test.ts', test: 'with egress endpoints has no way out' },
      {
        file: 'test/foundation/network.test.ts',
        test: 'reaches AWS through endpoints that serve this account’s principals and the pipeline’s actions only',
      },
      {
        file: 'test/foundation/iam.test.ts',
        test: 'allow no account but this one, and only with a condition where anybody is named',
      },
    ],
    leftToYou:
      'Deploy to sa-east-1 to keep the data in Brazil; whoever may read it from abroad makes a transfer by it.',
  },
  {
    framework: 'lgpd',
    citation: 'Art. 37',
    duty: 'Record of processing operations',
    answer:
      'Each read of patient data is on record before its answer leaves; the database writes down reads, changes and removals itself; CloudTrail has what is done to the resources.',
    builtIn: [
      'src/runtime/http/access-audit.ts',
      'src/runtime/migrations/20261122185000000_pgaudit.sql',
      'src/foundation/audit-trail.ts',
    ],
    provedBy: [
      {
        file: 'test/runtime/postgres/database-audit.test.ts',
        test: 'writes reads, changes and removals of patients’ tables, without text and values',
      },
    ],
    leftToYou: 'Keep the record of what you process for what purpose; this one says who did what.',
  },
  {
    framework: 'lgpd',
    citation: 'Art. 38',
    duty: 'Impact report on the protection of personal data',
    answer:
      'This page and `cdk.out/validation-report.json` describe measures, and the risks that were accepted with their reasons.',
    builtIn: ['COMPLIANCE.md'],
    provedBy: [
      {
        file: 'test/gates.test.ts',
        test: 'tells the reason of every finding that it accepts, and accepts none that is not there',
      },
    ],
    leftToYou: 'Write the report (RIPD), whose other parts are yours.',
  },
  {
    framework: 'lgpd',
    citation: 'Art. 41',
    duty: 'Person in charge of the processing (encarregado)',
    answer: 'Alarms are told to whom the topic names, with the section of the runbook that says what they mean.',
    builtIn: ['src/foundation/alarm-topic.ts', 'docs/runbook.md'],
    provedBy: [
      {
        file: 'test/foundation/alarms.test.ts',
        test: 'say what they mean and link the section of the runbook that has their name',
      },
    ],
    leftToYou: 'Name the person, publish how to reach them, and subscribe them to the topic of alarms.',
  },
  {
    framework: 'lgpd',
    citation: 'Art. 46, 49',
    duty: 'Security measures, from the design on',
    answer:
      'Encryption at rest by keys of this account and in transit by verified TLS, least privilege, no way in from the internet to a store; each departure from a default is a written setting.',
    builtIn: [
      'src/foundation/keys.ts',
      'src/foundation/network.ts',
      'src/runtime/postgres/tls.ts',
      'src/tenant/schema.ts',
    ],
    provedBy: [
      { file: 'test/pipeline-stack.test.ts', test: 'encrypts every store with a key of its own' },
      { file: 'test/pipeline-stack.test.ts', test: 'lets nothing in from the internet' },
      { file: 'test/runtime/postgres/pool.test.ts', test: 'refuses a server whose certificate names another host' },
      { file: 'test/foundation/iam.test.ts', test: 'name every resource in full, but where a reason is written' },
      { file: 'test/gates.test.ts', test: 'stop a synth that brings an unencrypted, unlogged bucket' },
    ],
  },
  {
    framework: 'lgpd',
    citation: 'Art. 48; Resolução CD/ANPD nº 15/2024, art. 6º, 9º, 10',
    duty: 'Communication of security incidents within three working days; record of incidents for five years',
    answer:
      'Alarms and an audit record apart from the data tell what happened, to whose data, and when. The record is kept for six years at the least, longer than the five for which the authority wants incidents documented.',
    builtIn: ['src/foundation/alarms.ts', 'src/foundation/audit-retention.ts', 'docs/runbook.md'],
    provedBy: [
      {
        file: 'test/foundation/audit-retention.test.ts',
        test: 'holds for the trail’s log and files, the API’s access log, the firewall’s log and the database’s log',
      },
      { file: 'test/foundation/audit-trail.test.ts', test: 'shows tampering' },
    ],
    leftToYou:
      'Tell the ANPD and the data subjects within three working days of when you know that personal data was affected; what is not known by then may follow within twenty working days.',
  },
  {
    framework: 'lgpd',
    citation: 'Art. 50',
    duty: 'Good practice and governance',
    answer:
      'Rules are code that is reviewed: settings, gates and invariants in each pull request, reasons on what was accepted, a runbook in which every alarm has its section, and this page, which fails when a test that it names is gone.',
    builtIn: ['.github/workflows/build.yml', 'docs/runbook.md', 'COMPLIANCE.md'],
    provedBy: [
      { file: 'test/compliance/compliance.test.ts', test: '$citation is shown by tests that are there' },
      {
        file: 'test/foundation/alarms.test.ts',
        test: 'have each a section in the runbook that says what it means and what to do',
      },
    ],
    leftToYou: 'Train who works with the data, judge risks from time to time, and write down who decides.',
  },
];
