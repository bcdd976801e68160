import type { Safeguard } from '../../safeguard';
import { STREAM_SAFEGUARDS } from '../../stream-safeguards';

/** What the vitals workload adds to the duties that every pipeline answers. */
export const safeguards: readonly Safeguard[] = [
  ...STREAM_SAFEGUARDS,
  {
    framework: 'hipaa',
    citation: '164.312(a)(2)(ii)',
    duty: 'Emergency access procedure',
    answer: 'Vital signs wait in the stream while the database is away, and are stored when it is back.',
    builtIn: ['src/workloads/vitals/processor.ts'],
    provedBy: [
      {
        file: 'test/workloads/vitals/processor.test.ts',
        test: 'carries on by itself when PostgreSQL restarts under it',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(a)(2)(iv)',
    duty: 'Encryption and decryption',
    answer: 'The cache, where there is one, is encrypted by the data key and keeps no snapshot.',
    builtIn: ['src/foundation/cache.ts'],
    provedBy: [{ file: 'test/foundation/cache.test.ts', test: 'is encrypted by the data key, keeps no snapshot' }],
  },
  {
    framework: 'hipaa',
    citation: '164.312(c)(1)',
    duty: 'Integrity',
    answer: 'An event is stored exactly once, whenever its processor is killed.',
    builtIn: ['src/workloads/vitals/store.ts'],
    provedBy: [
      {
        file: 'test/workloads/vitals/processor.test.ts',
        test: 'stores once what it was given when it is killed in the middle of a batch',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(c)(2)',
    duty: 'Mechanism to authenticate electronic protected health information',
    answer: 'Neither processor nor API can change or delete a stored observation.',
    builtIn: ['src/workloads/vitals/migrations/20261122180100000_vital-sign.sql'],
    provedBy: [
      {
        file: 'test/workloads/vitals/api/rights.test.ts',
        test: 'the API’s connection reads vital signs and adds to the audit trail',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(e)(2)(i)',
    duty: 'Integrity controls (in transmission)',
    answer: 'An event that arrives spoiled fails its schema and is put apart.',
    builtIn: ['src/workloads/vitals/record.ts', 'src/workloads/vitals/event.ts'],
    provedBy: [
      { file: 'test/workloads/vitals/record.test.ts', test: 'of any bytes is decoded without an error' },
      { file: 'test/workloads/vitals/record.test.ts', test: 'keeps its good events when others are bad' },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(e)(2)(ii)',
    duty: 'Encryption (in transmission)',
    answer: 'TLS to the cache is forced by the server and verified by the client.',
    builtIn: ['src/foundation/cache.ts'],
    provedBy: [{ file: 'test/foundation/cache.test.ts', test: 'speaks TLS only, and only to who brings the token' }],
  },
  {
    framework: 'hipaa',
    citation: '164.308(a)(1)(ii)(D)',
    duty: 'Information system activity review',
    answer: 'No log line says anything of a patient, whatever an event holds.',
    builtIn: ['src/workloads/vitals/processor.ts'],
    provedBy: [
      {
        file: 'test/workloads/vitals/processor.test.ts',
        test: 'says nothing about patients, whatever the events hold and whatever fails',
      },
    ],
    leftToYou: 'Change the auth token of the cache as your rules ask.',
  },
  {
    framework: 'hipaa',
    citation: '164.524, 164.528',
    duty: 'Access of individuals to protected health information, accounting of disclosures',
    answer: 'The export holds every reading of the patient, what waits in quarantine, and who read it.',
    builtIn: ['src/workloads/vitals/operator-workload.ts'],
    provedBy: [
      {
        file: 'test/workloads/vitals/operator/patient-commands.test.ts',
        test: 'writes readings, quarantined events and accesses, each a legal resource of FHIR R4',
      },
    ],
  },
  {
    framework: 'gdpr',
    citation: 'Art. 5(1)(c)',
    duty: 'Data minimisation',
    answer: 'An event with a field that its schema does not know is put apart.',
    builtIn: ['src/workloads/vitals/event.ts'],
    provedBy: [{ file: 'test/workloads/vitals/event.test.ts', test: 'a field too many' }],
  },
  {
    framework: 'gdpr',
    citation: 'Art. 5(1)(e)',
    duty: 'Storage limitation',
    answer: 'Observations are kept by the day and dropped after `compliance.observationRetentionDays`.',
    builtIn: ['src/workloads/vitals/partitions.ts'],
    provedBy: [
      {
        file: 'test/workloads/vitals/partitions.test.ts',
        test: 'are dropped past the retention, and two days of grace, and no earlier',
      },
    ],
    leftToYou: 'Choose the retention that your purpose bears.',
  },
  {
    framework: 'gdpr',
    citation: 'Art. 15, 20',
    duty: 'Right of access by the data subject, right to data portability',
    answer: 'The export is FHIR R4, what could not be read included.',
    builtIn: ['src/workloads/vitals/operator-workload.ts'],
    provedBy: [
      {
        file: 'test/workloads/vitals/operator/patient-commands.test.ts',
        test: 'writes readings, quarantined events and accesses, each a legal resource of FHIR R4',
      },
    ],
  },
  {
    framework: 'gdpr',
    citation: 'Art. 17',
    duty: 'Right to erasure',
    answer:
      'One command removes a patient from database, quarantine and cache, on record with who and why; it is refused, with law and date, while `compliance.legalRetentionDays` has the data kept.',
    builtIn: ['src/runtime/operations/patient-erasure.ts'],
    provedBy: [
      {
        file: 'test/workloads/vitals/operator/patient-commands.test.ts',
        test: 'leaves nothing of the patient, and everything of others',
      },
      {
        file: 'test/workloads/vitals/operator/patient-commands.test.ts',
        test: 'is refused while a law has the youngest reading kept, with the law and the date',
      },
    ],
    leftToYou: 'Stop the senders first; erase again when a backup is restored (docs/runbook.md, "Patients\' rights").',
  },
];
