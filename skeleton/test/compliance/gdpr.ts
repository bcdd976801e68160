import type { Safeguard } from './safeguard';

/** What a pipeline can answer of Regulation (EU) 2016/679 by its technique. */
export const GDPR: readonly Safeguard[] = [
  {
    framework: 'gdpr',
    citation: 'Art. 5(1)(c)',
    duty: 'Data minimisation',
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
    framework: 'gdpr',
    citation: 'Art. 5(2)',
    duty: 'Accountability',
    answer:
      'Who read or changed whose data is on record, by the API and by the database itself, apart from the data and for as long as the strictest of the chosen frameworks asks; the GDPR names no term.',
    builtIn: ['src/foundation/audit-retention.ts', 'src/runtime/migrations/20261122185000000_pgaudit.sql'],
    provedBy: [
      {
        file: 'test/foundation/audit-retention.test.ts',
        test: 'is a term that CloudWatch Logs knows, never below the other logs nor below a framework',
      },
      {
        file: 'test/runtime/postgres/database-audit.test.ts',
        test: 'writes reads, changes and removals of patients’ tables, without text and values',
      },
    ],
    leftToYou: 'Weigh the term against Art. 5(1)(e): a record of accesses is personal data as well.',
  },
  {
    framework: 'gdpr',
    citation: 'Art. 25',
    duty: 'Data protection by design and by default',
    answer:
      'No route to the internet, least-privilege roles and verified TLS are the defaults; each departure is a written setting.',
    builtIn: ['src/foundation/network.ts', 'src/tenant/schema.ts'],
    provedBy: [
      { file: 'test/foundation/iam.test.ts', test: 'name every resource in full, but where a reason is written' },
    ],
  },
  {
    framework: 'gdpr',
    citation: 'Art. 32(1)(a)',
    duty: 'Encryption of personal data',
    answer: 'At rest by keys of this account, in transit by TLS.',
    builtIn: ['src/foundation/keys.ts', 'src/runtime/postgres/tls.ts'],
    provedBy: [
      { file: 'test/pipeline-stack.test.ts', test: 'encrypts every store with a key of its own' },
      { file: 'test/runtime/postgres/pool.test.ts', test: 'refuses a server whose certificate names another host' },
    ],
  },
  {
    framework: 'gdpr',
    citation: 'Art. 32(1)(d)',
    duty: 'Regular testing of the effectiveness of measures',
    answer:
      'Each pull request runs the gates and the tests that this page names; each deployment runs the integration suite.',
    builtIn: ['.github/workflows/build.yml', '.github/workflows/deploy.yml'],
    provedBy: [
      {
        file: 'test/gates.test.ts',
        test: 'passes the HIPAA pack, the AwsSolutions pack and the check of the template',
      },
      { file: 'test/gates.test.ts', test: 'stop a synth that brings an unencrypted, unlogged bucket' },
    ],
  },
];
