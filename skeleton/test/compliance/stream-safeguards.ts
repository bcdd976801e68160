import type { Safeguard } from './safeguard';

/** What pipelines that store a stream and answer by a FHIR API have alike: the workloads that do add it to what they have of their own. */
export const STREAM_SAFEGUARDS: readonly Safeguard[] = [
  {
    framework: 'hipaa',
    citation: '164.312(a)(1)',
    duty: 'Access control',
    answer:
      'The API authorizes each request by IAM; processes have two database roles with the least each needs; no policy names a wildcard action, nor a wildcard resource without a written reason.',
    builtIn: ['src/foundation/fhir-api.ts', 'src/runtime/migrations/20261122180000000_roles.sql'],
    provedBy: [
      { file: 'test/foundation/fhir-api.test.ts', test: 'wants every request signed, on each of its paths' },
      { file: 'test/foundation/iam.test.ts', test: 'name every action in full' },
      { file: 'test/runtime/postgres/migrate.test.ts', test: 'leaves the roles with the least they need' },
    ],
    leftToYou: 'Grant `execute-api:Invoke` to named people and systems only.',
  },
  {
    framework: 'hipaa',
    citation: '164.312(a)(2)(i)',
    duty: 'Unique user identification',
    answer: 'The principal of a request is the ARN that IAM has verified; a request without one is refused.',
    builtIn: ['src/runtime/http/lambda-host.ts'],
    provedBy: [
      { file: 'test/runtime/http/lambda-host.test.ts', test: 'the principal is the caller’s IAM ARN' },
      { file: 'test/runtime/http/lambda-host.test.ts', test: 'a principal in a header is none' },
    ],
    leftToYou: 'Give each person and system an identity of its own.',
  },
  {
    framework: 'hipaa',
    citation: '164.312(a)(2)(ii)',
    duty: 'Emergency access procedure',
    answer:
      'Every tier stands in two zones or more; events are kept in the stream for a week while the rest is away; the runbook says how to read one by its position.',
    builtIn: ['docs/runbook.md', 'src/foundation/stream.ts'],
    provedBy: [
      {
        file: 'test/runtime/process/processor.test.ts',
        test: 'waits for a database that is not there yet, not healthy, and ends when it is told to',
      },
    ],
    leftToYou: 'Name who may assume an emergency role, and rehearse it.',
  },
  {
    framework: 'hipaa',
    citation: '164.312(b)',
    duty: 'Audit controls',
    answer: 'A read by the API whose record cannot be written is not answered.',
    builtIn: ['src/runtime/http/answer-read.ts', 'src/runtime/http/postgres-access-audit.ts'],
    provedBy: [
      { file: 'test/runtime/http/api-app.test.ts', test: 'is on record before its answer leaves' },
      { file: 'test/runtime/http/api-app.test.ts', test: 'shows nothing when it cannot be put on record' },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(c)(1)',
    duty: 'Integrity',
    answer:
      'An event is stored exactly once or kept in quarantine byte for byte; rows and checkpoint commit in one statement, which a worker without its lease cannot make.',
    builtIn: ['src/runtime/kinesis/commit-statement.ts'],
    provedBy: [
      {
        file: 'test/runtime/kinesis/batch-committer.test.ts',
        test: 'writes nothing for a worker whose lease another one has taken',
      },
      {
        file: 'test/runtime/kinesis/consumer.test.ts',
        test: 'loses nothing and stores nothing twice while its leases are torn away again and again',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(d)',
    duty: 'Person or entity authentication',
    answer:
      'Callers by AWS Signature Version 4; the database by its certificate and host name; processes by their roles.',
    builtIn: ['src/foundation/fhir-api.ts', 'src/runtime/postgres/tls.ts'],
    provedBy: [
      {
        file: 'test/runtime/postgres/pool.test.ts',
        test: 'refuses a server whose certificate another authority has signed',
      },
      { file: 'test/runtime/http/api-app.test.ts', test: 'is refused, and on record, without a principal' },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(e)(2)(i)',
    duty: 'Integrity controls (in transmission)',
    answer: 'TLS detects a change on the way; what arrives spoiled is put apart, byte for byte.',
    builtIn: ['src/runtime/kinesis/batch.ts'],
    provedBy: [
      {
        file: 'test/runtime/kinesis/consumer.test.ts',
        test: 'keeps a megabyte of noise whole, with its place, and text that SQL cannot hold, and the shard goes on',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.524, 164.528',
    duty: 'Access of individuals to protected health information, accounting of disclosures',
    answer: 'One command writes all that is stored of a patient, and who asked for it when in the last six years.',
    builtIn: ['src/runtime/operations/patient-export.ts', 'src/runtime/operations/patient-accesses.ts'],
    provedBy: [
      { file: 'test/runtime/operations/s3-sink.test.ts', test: 'appears whole, as what was written, in parts' },
    ],
    leftToYou: 'Make sure who asks, and hand it over within the term.',
  },
  {
    framework: 'gdpr',
    citation: 'Art. 5(1)(e)',
    duty: 'Storage limitation',
    answer:
      'What could not be stored is removed after `compliance.quarantineRetentionDays`, records of accesses after their term.',
    builtIn: ['src/runtime/postgres/retention.ts'],
    provedBy: [
      {
        file: 'test/runtime/process/processor.test.ts',
        test: 'removes from the quarantine what is past its retention',
      },
    ],
    leftToYou: 'Choose the retention that your purpose bears.',
  },
  {
    framework: 'gdpr',
    citation: 'Art. 15, 20',
    duty: 'Right of access by the data subject, right to data portability',
    answer:
      'One command writes all that is stored of a patient as FHIR R4, what could not be read included, and who accessed it; to a file or a bucket, never to a screen or a log.',
    builtIn: ['src/runtime/operations/patient-export.ts', 'src/runtime/operations/patient-accesses.ts'],
    provedBy: [
      {
        file: 'test/runtime/operations/s3-sink.test.ts',
        test: 'does not leave for a bucket that does not encrypt by KMS',
      },
    ],
    leftToYou: 'Make sure who asks, read the export, and hand it over within a month.',
  },
  {
    framework: 'gdpr',
    citation: 'Art. 32(1)(b)',
    duty: 'Ongoing confidentiality, integrity, availability and resilience',
    answer:
      'Several zones, exactly-once storage, takeover after a failure, reads refused without an audit record, a password that changes by schedule.',
    builtIn: [
      'src/runtime/kinesis/lease-store.ts',
      'src/foundation/processor-service.ts',
      'src/foundation/rotation.ts',
    ],
    provedBy: [
      {
        file: 'test/runtime/kinesis/consumer.test.ts',
        test: 'loses nothing and stores nothing twice while its leases are torn away again and again',
      },
      {
        file: 'test/foundation/rotation.test.ts',
        test: 'changes the existing secret, as attached to the database, and makes none',
      },
    ],
  },
  {
    framework: 'lgpd',
    citation: 'Art. 15, 16',
    duty: 'End of processing; what may be kept after it',
    answer: 'What could not be stored is removed after `compliance.quarantineRetentionDays`.',
    builtIn: ['src/runtime/postgres/retention.ts'],
    provedBy: [
      {
        file: 'test/runtime/process/processor.test.ts',
        test: 'removes from the quarantine what is past its retention',
      },
    ],
  },
  {
    framework: 'lgpd',
    citation: 'Art. 18, 19',
    duty: 'Rights of the data subject: confirmation, access, portability, erasure',
    answer:
      'One command writes all that is stored of a patient, with who accessed it; another one erases it where no law has it kept. Both are on record with who asked and why.',
    builtIn: [
      'src/runtime/operations/patient-export.ts',
      'src/runtime/operations/patient-erasure.ts',
      'docs/runbook.md',
    ],
    provedBy: [
      { file: 'test/runtime/operations/s3-sink.test.ts', test: 'appears whole, as what was written, in parts' },
      {
        file: 'test/runtime/operations/s3-sink.test.ts',
        test: 'does not leave for a bucket that does not encrypt by KMS',
      },
    ],
    leftToYou:
      'Make sure who asks; answer at once in a simple form, or completely within fifteen days (art. 19); correct what is wrong at its source (art. 18, III).',
  },
  {
    framework: 'lgpd',
    citation: 'Art. 37',
    duty: 'Record of processing operations',
    answer: 'Each read by the API is on record before its answer leaves.',
    builtIn: ['src/runtime/http/answer-read.ts'],
    provedBy: [{ file: 'test/runtime/http/api-app.test.ts', test: 'is on record before its answer leaves' }],
  },
];
