import type { Safeguard } from '../../safeguard';
import { STREAM_SAFEGUARDS } from '../../stream-safeguards';

/** What the records workload adds to the duties that every pipeline answers. */
export const safeguards: readonly Safeguard[] = [
  ...STREAM_SAFEGUARDS,
  {
    framework: 'hipaa',
    citation: '164.312(a)(1)',
    duty: 'Access control',
    answer:
      'Who reads records and who reads about accesses have functions, paths and database roles of their own, so that IAM can allow one without the other; who stores records can read none.',
    builtIn: [
      'src/workloads/records/api.service.ts',
      'src/workloads/records/migrations/20261123040000000_record.sql',
      'src/workloads/records/migrations/20261123040001000_auditor.sql',
    ],
    provedBy: [
      {
        file: 'test/workloads/records/services/api.test.ts',
        test: 'answers who saw what by a function of its own, on paths of its own',
      },
      {
        file: 'test/workloads/records/api/rights.test.ts',
        test: 'that of the trail’s function reads the trail and adds to it',
      },
      {
        file: 'test/workloads/records/store/batches.test.ts',
        test: 'give a processor no right to read or change what it stored',
      },
    ],
    leftToYou: 'Allow the paths by IAM to those who need them (docs/runbook.md has policies to begin with).',
  },
  {
    framework: 'hipaa',
    citation: '164.312(a)(2)(iv)',
    duty: 'Encryption and decryption',
    answer: 'The instance, its standby, its backups and its performance data are encrypted by the tenant’s own keys.',
    builtIn: ['src/foundation/instance-database.ts'],
    provedBy: [
      {
        file: 'test/workloads/records/services/database.test.ts',
        test: 'is PostgreSQL 17 in two zones, encrypted by the data key, backed up, not public, and goes with the stack',
      },
      {
        file: 'test/workloads/records/services/database.test.ts',
        test: 'is watched from the system up, each minute, under keys of the tenant’s own',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(b)',
    duty: 'Audit controls',
    answer:
      'Each read, search and export is on record before anything is shown, and so is each reading of that record, which comes as FHIR `AuditEvent`: who, what, whose, when and what came of it.',
    builtIn: ['src/workloads/records/audit/audit-routes.ts', 'src/runtime/fhir/audit-event.ts'],
    provedBy: [
      {
        file: 'test/workloads/records/api/access-audit.test.ts',
        test: 'no answer leaves before its record is committed',
      },
      {
        file: 'test/workloads/records/api/access-audit.test.ts',
        test: 'is on record once for each patient shown, under one request',
      },
      {
        file: 'test/workloads/records/audit/audit-event.test.ts',
        test: 'by who, what, whose, when and what came of it',
      },
      {
        file: 'test/workloads/records/audit/audit-event.test.ts',
        test: 'is an access to whose data it is about, and is in the trail at once',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(c)(1)',
    duty: 'Integrity',
    answer:
      'Every version that came is kept. A submission is stored once and whole or not at all, whenever its processor is killed, and comes back digit by digit.',
    builtIn: ['src/workloads/records/store.ts', 'src/runtime/fhir/exact-json.ts'],
    provedBy: [
      {
        file: 'test/workloads/records/processor.test.ts',
        test: 'stores once what it was given when it is killed in the middle of a batch, and of a Bundle all or nothing',
      },
      {
        file: 'test/workloads/records/store/versions.test.ts',
        test: 'come to the same current one and the same history in every order, by version',
      },
      {
        file: 'test/workloads/records/decode/examples.test.ts',
        test: 'an example that is accepted would be stored as it came, digit by digit',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(c)(2)',
    duty: 'Mechanism to authenticate electronic protected health information',
    answer: 'Neither processor nor API can change or delete a version that is stored.',
    builtIn: ['src/workloads/records/migrations/20261123040000000_record.sql'],
    provedBy: [
      {
        file: 'test/workloads/records/migrations.test.ts',
        test: 'let whoever fills them read nothing of them',
      },
      {
        file: 'test/workloads/records/api/rights.test.ts',
        test: 'the API’s connection reads records and adds to the audit trail',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(e)(2)(i)',
    duty: 'Integrity controls (in transmission)',
    answer:
      'What arrives spoiled or wrong by the rules of FHIR R4 is put into quarantine with the place of its fault, and never stored in part.',
    builtIn: ['src/workloads/records/decode/decoder.ts', 'src/runtime/fhir/validation/resource-issues.ts'],
    provedBy: [
      {
        file: 'test/workloads/records/decode/properties.test.ts',
        test: 'for an example of HL7, whatever becomes of its bytes',
      },
      {
        file: 'test/workloads/records/decode/properties.test.ts',
        test: 'an example without an element that is required is refused with the place of what is missing',
      },
      {
        file: 'test/workloads/records/decode/bundle.test.ts',
        test: 'one wrong entry is enough, and the reason names it',
      },
      {
        file: 'test/workloads/records/store/batches.test.ts',
        test: 'put what is refused into quarantine, by the statement that stores the rest',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.308(a)(7)(ii)(B)',
    duty: 'Disaster recovery plan',
    answer:
      'What could not be stored waits in quarantine as it came, and is stored by a replay once what it lacked is there; what was refused once is judged again.',
    builtIn: ['src/runtime/operations/quarantine-replay.ts', 'src/workloads/records/operator.ts'],
    provedBy: [
      {
        file: 'test/workloads/records/operator/commands.test.ts',
        test: 'stores what is right by now, of resources, Bundles, lines and messages, and keeps the rest with its reason of today',
      },
      {
        file: 'test/workloads/records/operator/commands.test.ts',
        test: 'makes a merge whose patients have come by now',
      },
    ],
    leftToYou: 'Look into the quarantine when its alarm says so, and have the sources mend what they send.',
  },
  {
    framework: 'hipaa',
    citation: '164.308(a)(1)(ii)(D)',
    duty: 'Information system activity review',
    answer:
      'No log line, and no reason in quarantine, says anything of a patient, whatever a record holds. Accesses are searched by patient and date.',
    builtIn: ['src/workloads/records/processor.ts', 'src/workloads/records/decode/refusal.ts'],
    provedBy: [
      {
        file: 'test/workloads/records/processor.test.ts',
        test: 'says nothing about patients, whatever the records hold and whatever fails',
      },
      {
        file: 'test/workloads/records/decode/broken-examples.test.ts',
        test: 'is refused with the place and what is legal',
      },
      { file: 'test/workloads/records/audit/audit-event.test.ts', test: 'is searched by %s' },
    ],
    leftToYou: 'Look through the accesses by your own rules, and act on what you find.',
  },
  {
    framework: 'hipaa',
    citation: '164.524, 164.528',
    duty: 'Access of individuals to protected health information, accounting of disclosures',
    answer:
      'The export holds every version of what is about the patient, and of those merged into the patient, what waits in quarantine, and who accessed it.',
    builtIn: ['src/workloads/records/operator/export.ts'],
    provedBy: [
      {
        file: 'test/workloads/records/operator/patient-export.test.ts',
        test: 'writes every version of every resource, and of what was removed that it was, each legal by FHIR R4',
      },
      {
        file: 'test/workloads/records/operator/patient-export.test.ts',
        test: 'holds those who were merged into the patient, at however many removes, and the merges',
      },
      {
        file: 'test/workloads/records/operator/patient-export.test.ts',
        test: 'holds what waits in quarantine and is about the patient, in whatever form it came',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.526',
    duty: 'Amendment of protected health information',
    answer: 'A correction by its source is the next version; what was said before stays in the history.',
    builtIn: ['src/workloads/records/store.ts'],
    provedBy: [
      {
        file: 'test/workloads/records/api/history.test.ts',
        test: 'a history shows all versions, the last one first, with what was done',
      },
    ],
    leftToYou: 'Have the source correct what is wrong: the pipeline says what its sources say.',
  },
  {
    framework: 'gdpr',
    citation: 'Art. 5(1)(c)',
    duty: 'Data minimisation',
    answer:
      'A resource with an element that FHIR R4 does not have, or of a type that the settings do not name, is put apart.',
    builtIn: ['src/workloads/records/decode/resource.ts', 'src/runtime/fhir/validation/type-validator.ts'],
    provedBy: [
      { file: 'test/workloads/records/decode/broken-examples.test.ts', test: 'an unknown element deep inside' },
      { file: 'test/workloads/records/decode/broken-examples.test.ts', test: 'a type that is not taken' },
    ],
  },
  {
    framework: 'gdpr',
    citation: 'Art. 5(1)(d)',
    duty: 'Accuracy',
    answer:
      'The source decides which version is current, in whatever order they come. Two records of one person are merged by its message, which is refused where it names nobody, the same twice, or a circle.',
    builtIn: ['src/workloads/records/store.ts', 'src/workloads/records/hl7/adt-event.ts'],
    provedBy: [
      {
        file: 'test/workloads/records/store/versions.test.ts',
        test: 'are ordered by the source, whatever order they come in: by its time',
      },
      {
        file: 'test/workloads/records/store/merges.test.ts',
        test: 'link both patients to each other, and leave the merged one inactive',
      },
      { file: 'test/workloads/records/store/merges.test.ts', test: '%s are refused and change nothing' },
    ],
  },
  {
    framework: 'gdpr',
    citation: 'Art. 15, 20',
    duty: 'Right of access by the data subject, right to data portability',
    answer: 'The export is FHIR R4 as it came, what could not be read included.',
    builtIn: ['src/workloads/records/operator/export.ts'],
    provedBy: [
      {
        file: 'test/workloads/records/operator/patient-export.test.ts',
        test: 'writes every version of every resource, and of what was removed that it was, each legal by FHIR R4',
      },
      {
        file: 'test/workloads/records/operator/patient-export.test.ts',
        test: 'keeps the digits of numbers, and tells the version’s own time',
      },
      {
        file: 'integration/workloads/records/patient-rights.test.ts',
        test: 'is exported with who asked for it, erased with its history, and then gone for every reader',
      },
    ],
  },
  {
    framework: 'gdpr',
    citation: 'Art. 17',
    duty: 'Right to erasure',
    answer:
      'One command removes a patient, and those merged into the patient, from all versions, search tables and quarantine, and masks the patient in what is another one’s; on record with who and why; it is refused, with law and date, while `compliance.legalRetentionDays` has the data kept.',
    builtIn: ['src/runtime/operations/patient-erasure.ts', 'src/workloads/records/operator/workload.ts'],
    provedBy: [
      {
        file: 'test/workloads/records/operator/patient-erase.test.ts',
        test: 'leaves nothing of the patient anywhere, and everything of others as it was',
      },
      {
        file: 'test/workloads/records/operator/patient-erase.test.ts',
        test: 'takes with it all who were merged into the patient, and the merges',
      },
      {
        file: 'test/workloads/records/operator/patient-erase.test.ts',
        test: 'masks what names the patient in every version, and leaves the rest, digit by digit',
      },
      {
        file: 'test/workloads/records/operator/patient-erase.test.ts',
        test: 'is refused, by the time at which the source last changed the record, with the law and the date',
      },
      {
        file: 'test/workloads/records/operator/patient-erase.test.ts',
        test: 'is on record with who, why and how much, before and after',
      },
      {
        file: 'integration/workloads/records/patient-rights.test.ts',
        test: 'is exported with who asked for it, erased with its history, and then gone for every reader',
      },
    ],
    leftToYou: 'Stop the senders first; erase again when a backup is restored (docs/runbook.md, "Patients\' rights").',
  },
];
