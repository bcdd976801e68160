import type { Safeguard } from '../../safeguard';

/** What the imaging workload adds to the duties that every pipeline answers. */
export const safeguards: readonly Safeguard[] = [
  {
    framework: 'hipaa',
    citation: '164.312(a)(1)',
    duty: 'Access control',
    answer:
      'A hospital finds what it sent itself; another one’s is not found, rather than forbidden. Whoever reads all hospitals’ is named in the settings, and nobody is by default. Each program has a role in AWS and in the database with the least that it needs: what takes files in reads no metadata, and only the operator deletes.',
    builtIn: [
      'src/workloads/imaging/query/scope.ts',
      'src/workloads/imaging/programs.service.ts',
      'src/workloads/imaging/migrations/20261123140000000_scan.sql',
    ],
    provedBy: [
      {
        file: 'integration/workloads/imaging/access.test.ts',
        test: 'a hospital finds what it sent itself, a reader of all hospitals too, and another hospital nothing',
      },
      {
        file: 'test/workloads/imaging/query/search.test.ts',
        test: 'sees its own patient by an id that another hospital’s patient has too',
      },
      {
        file: 'test/workloads/imaging/services/environment.test.ts',
        test: 'let read the files of all hospitals whom the settings name, and nobody by default',
      },
      {
        file: 'test/workloads/imaging/services/stores.test.ts',
        test: 'lets workers store and delete nothing, queries read, and only the operator delete',
      },
    ],
    leftToYou: 'Decide who reads every hospital’s images (`imaging.readAllSubjects`), and who may start the operator.',
  },
  {
    framework: 'hipaa',
    citation: '164.312(a)(2)(i)',
    duty: 'Unique user identification',
    answer:
      'The whole subject of a client certificate is who sends and asks; API Gateway writes it, and the firewall blocks who brings it himself.',
    builtIn: ['src/foundation/mutual-tls-api.ts', 'src/workloads/imaging/http/certificate-identity.ts'],
    provedBy: [
      {
        file: 'test/workloads/imaging/services/way-in.test.ts',
        test: 'tells programs the subject of the certificate, whatever header a client sends, and streams what they answer',
      },
      { file: 'test/workloads/imaging/services/way-in.test.ts', test: 'has the firewall block who brings that header' },
    ],
    leftToYou: 'A certificate names a system, not a person: keep in that system which physician asked.',
  },
  {
    framework: 'hipaa',
    citation: '164.312(a)(2)(ii)',
    duty: 'Emergency access procedure',
    answer:
      'Every tier stands in two zones or more. A file that was acknowledged is on shared disks of several zones and in the database: it is worked on when queue, workers or bucket are back, and the runbook says how.',
    builtIn: ['docs/runbook.md', 'src/foundation/shared-files.ts'],
    provedBy: [
      { file: 'test/workloads/imaging/worker/worker.test.ts', test: 'stores what came while Redis was away' },
      {
        file: 'test/workloads/imaging/services/stores.test.ts',
        test: 'have a door in each zone, in isolated subnets, for uploads and workers only',
      },
    ],
    leftToYou: 'Name who may assume an emergency role, and rehearse it.',
  },
  {
    framework: 'hipaa',
    citation: '164.312(a)(2)(iv)',
    duty: 'Encryption and decryption',
    answer:
      'Shared files, queue, objects, database and stream are encrypted by the tenant’s own keys; what comes to the shared files without TLS, or without the access point, is refused.',
    builtIn: ['src/foundation/shared-files.ts', 'src/foundation/queue-store.ts', 'src/foundation/scan-bucket.ts'],
    provedBy: [
      {
        file: 'test/workloads/imaging/services/stores.test.ts',
        test: 'are encrypted by the data key, follow the load, are in no backup, and go with the stack',
      },
      {
        file: 'test/workloads/imaging/services/stores.test.ts',
        test: 'is Redis in two zones with failover, TLS and a token, encrypted, which never drops a job',
      },
      {
        file: 'test/workloads/imaging/services/stores.test.ts',
        test: 'is encrypted by the data key, closed to the public, keeps versions, and logs who fetched what',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(b)',
    duty: 'Audit controls',
    answer:
      'Each search and retrieval is on record, with the certificate’s subject and once for each patient shown, before anything is shown; S3 logs who fetched objects past the programs; each step of a scan’s life is told to the stream, without patient data.',
    builtIn: [
      'src/workloads/imaging/query/patient-data-route.ts',
      'src/foundation/scan-bucket.ts',
      'src/workloads/imaging/life/life-events.ts',
    ],
    provedBy: [
      {
        file: 'test/workloads/imaging/query/search.test.ts',
        test: 'is each search, once for each patient shown, with who asked and what',
      },
      {
        file: 'test/workloads/imaging/query/retrieve.test.ts',
        test: 'is needed for %s: without a record nothing is shown',
      },
      {
        file: 'test/workloads/imaging/query/retrieve.test.ts',
        test: 'is committed before the first byte is read for the answer',
      },
      {
        file: 'integration/workloads/imaging/life.test.ts',
        test: 'is told to the stream step by step, by ids and hashes of ours and without patient data',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(c)(1)',
    duty: 'Integrity',
    answer:
      'A file is kept as it was sent, bit for bit, once, whatever is killed, lost or emptied on its way. Another file under the same SOP Instance UID takes nobody’s place: both are kept, and a person decides.',
    builtIn: ['src/workloads/imaging/worker/process-scan.ts', 'src/workloads/imaging/store/instances.ts'],
    provedBy: [
      {
        file: 'integration/workloads/imaging/round-trip.test.ts',
        test: 'come back bit for bit, with what they say of themselves, when they were sent in parts',
      },
      {
        file: 'test/workloads/imaging/worker/worker.test.ts',
        test: 'stores everything once though its workers are killed again and again, at any moment',
      },
      {
        file: 'test/workloads/imaging/worker/worker.test.ts',
        test: 'stores once what two workers are given, also when the queue loses everything in between',
      },
      {
        file: 'test/workloads/imaging/worker/process-scan.test.ts',
        test: 'are a conflict when they are not: the first stays as it is, and the other is kept',
      },
    ],
    leftToYou: 'Decide conflicts with the hospital that sent both (docs/runbook.md, "scan-conflicts").',
  },
  {
    framework: 'hipaa',
    citation: '164.312(c)(2)',
    duty: 'Mechanism to authenticate electronic protected health information',
    answer:
      'Each original has its SHA-256 in its key and in the database; no program but the operator can delete an object, and the bucket keeps what was replaced or deleted.',
    builtIn: ['src/workloads/imaging/objects/object-keys.ts', 'src/foundation/scan-bucket.ts'],
    provedBy: [
      {
        file: 'test/workloads/imaging/worker/process-scan.test.ts',
        test: 'is stored as it came and without its identity, and its file is removed',
      },
      {
        file: 'test/workloads/imaging/services/stores.test.ts',
        test: 'lets workers store and delete nothing, queries read, and only the operator delete',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(d)',
    duty: 'Person or entity authentication',
    answer:
      'Nobody gets an answer without a certificate of an authority in the truststore, of which the settings pin one version; the API’s own endpoint, where nobody is asked for one, is off.',
    builtIn: ['src/foundation/mutual-tls-domain.ts', 'docs/workloads/imaging/certificates.md'],
    provedBy: [
      {
        file: 'test/workloads/imaging/services/way-in.test.ts',
        test: 'asks for a certificate of a pinned truststore, over TLS 1.2 or higher, at a regional name',
      },
      {
        file: 'test/workloads/imaging/services/way-in.test.ts',
        test: 'is the only one: the API’s own endpoint is off, and it is regional',
      },
      {
        file: 'integration/workloads/imaging/access.test.ts',
        test: 'is decided in the handshake: without a certificate, with an expired one or one of another authority nobody gets in',
      },
    ],
    leftToYou:
      'Keep the truststore: an authority in it must never give one hospital’s subject to another. API Gateway looks up no revoked certificates; take out who must no longer get in (docs/workloads/imaging/certificates.md).',
  },
  {
    framework: 'hipaa',
    citation: '164.312(e)(1)',
    duty: 'Transmission security',
    answer:
      'TLS on every hop, from the hospital to the gateway, to the load balancer, to the programs, to the shared files and to every store; the load balancer is reached by the gateway’s link only, and programs by it only.',
    builtIn: ['src/foundation/internal-load-balancer.ts', 'src/foundation/mutual-tls-api.ts'],
    provedBy: [
      {
        file: 'test/workloads/imaging/services/way-in.test.ts',
        test: 'is within the network and takes TLS only, with the certificate of the name, and no connection that it does not log',
      },
      {
        file: 'test/workloads/imaging/services/way-in.test.ts',
        test: 'speaks TLS to the programs, and sends what writes to uploads and what reads to queries',
      },
      {
        file: 'test/workloads/imaging/services/way-in.test.ts',
        test: 'is reached by the gateway’s link only, and programs by it only',
      },
      {
        file: 'test/workloads/imaging/services/stores.test.ts',
        test: 'are mounted by TLS, under a role, through the access point, by uploads and workers only',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.312(e)(2)(i)',
    duty: 'Integrity controls (in transmission)',
    answer:
      'A file is received when its SHA-256 was made over the whole of it, compared with the sender’s where that is given, and it was walked to its last element. What is cut off, out of place or no DICOM is refused with its reason; two senders of one upload never mix.',
    builtIn: [
      'src/workloads/imaging/upload/verify-file.ts',
      'src/workloads/imaging/upload/upload-locks.ts',
      'src/workloads/imaging/dicom/inspect.ts',
    ],
    provedBy: [
      { file: 'test/workloads/imaging/upload/tus.test.ts', test: 'a checksum in %s is compared' },
      {
        file: 'test/workloads/imaging/upload/tus.test.ts',
        test: 'parts that are cut at random places are resumed, bit for bit',
      },
      {
        file: 'test/workloads/imaging/upload/tus.test.ts',
        test: 'a file that is %s is refused with the reason, and only a record is left',
      },
      {
        file: 'test/workloads/imaging/upload/processes.test.ts',
        test: 'two senders of one upload, by two processes: one counts, the other is told so, and no bytes mix',
      },
      {
        file: 'test/workloads/imaging/dicom/mutated-files.test.ts',
        test: 'is read, or refused with a fault, and soon',
      },
    ],
  },
  {
    framework: 'hipaa',
    citation: '164.308(a)(1)(ii)(D)',
    duty: 'Information system activity review',
    answer: 'No log, metric, job, event or name of an object says anything of a patient, UIDs included.',
    builtIn: ['src/runtime/log/vocabulary.ts', 'src/workloads/imaging/objects/object-keys.ts'],
    provedBy: [
      {
        file: 'test/workloads/imaging/worker/worker.test.ts',
        test: 'stores what is queued, tells its life, says nothing of its patient, and ends in order',
      },
      {
        file: 'test/workloads/imaging/upload/tus.test.ts',
        test: 'the log names places and ids of ours, and nothing that a sender wrote',
      },
      {
        file: 'test/workloads/imaging/query/search.test.ts',
        test: 'what is told to the log holds neither patient, UID nor query',
      },
      {
        file: 'test/workloads/imaging/services/way-in.test.ts',
        test: 'writes no path and no query into its log, which would name patients',
      },
    ],
    leftToYou: 'Look through the accesses by your own rules, and act on what you find.',
  },
  {
    framework: 'hipaa',
    citation: '164.308(a)(7)(ii)(B)',
    duty: 'Disaster recovery plan',
    answer:
      'The database says what is to be done: a queue that is lost whole is filled again by a sweep, and files are taken in meanwhile. A scan that failed is kept with its reason until a person decides.',
    builtIn: ['src/workloads/imaging/worker/sweep.ts', 'src/workloads/imaging/operator/scan-commands.ts'],
    provedBy: [
      {
        file: 'test/workloads/imaging/worker/sweep.test.ts',
        test: 'queues every scan that waits and that the queue does not hold, and tells how much waits',
      },
      { file: 'test/workloads/imaging/worker/worker.test.ts', test: 'stores what came while Redis was away' },
      {
        file: 'test/workloads/imaging/worker/process-scan.test.ts',
        test: 'can be tried again by an operator: its file is brought back',
      },
    ],
    leftToYou: 'Originals in S3 have versions and no second region: decide whether that is enough for you.',
  },
  {
    framework: 'hipaa',
    citation: '164.524, 164.528',
    duty: 'Access of individuals to protected health information, accounting of disclosures',
    answer:
      'One command writes all that is stored of a patient, each image as it came, and who asked for it when in the last six years.',
    builtIn: ['src/workloads/imaging/operator/export-patient.ts', 'src/runtime/operations/patient-accesses.ts'],
    provedBy: [
      {
        file: 'test/workloads/imaging/operator/patient.test.ts',
        test: 'gets every image bit for bit, what it says, on what law it is kept, and who saw it',
      },
      {
        file: 'integration/workloads/imaging/patient-rights.test.ts',
        test: 'are exported bit for bit, with what they say and who saw them',
      },
    ],
    leftToYou: 'Make sure who asks, and hand it over within the term.',
  },
  {
    framework: 'hipaa',
    citation: '164.514(a), (b)',
    duty: 'De-identification of protected health information',
    answer:
      'Of each instance a derivative is made by the Basic Application Level Confidentiality Profile of DICOM PS3.15: no identifier of the original is left outside the pixels. Whether there may be text in the pixels is told, and they are not changed.',
    builtIn: ['src/workloads/imaging/deidentify/deidentify.ts', 'docs/workloads/imaging/deidentification.md'],
    provedBy: [
      {
        file: 'test/workloads/imaging/deidentify/real-files.test.ts',
        test: 'has no original identifier anywhere outside the pixels, as the file wrote it or in UTF-8',
      },
      {
        file: 'test/workloads/imaging/deidentify/properties.test.ts',
        test: 'has no text, UID, day or private value of it at any depth',
      },
      {
        file: 'test/workloads/imaging/deidentify/real-files.test.ts',
        test: 'has of each attribute of Table E.1-1 what its code allows, at every depth',
      },
    ],
    leftToYou:
      'Derivatives have moved dates and codes that link them to one patient: by themselves they meet neither the safe harbor of 164.514(b)(2) nor an expert’s judgement by (b)(1). Get one, and have the pixels looked at, before you pass any on.',
  },
  {
    framework: 'gdpr',
    citation: 'Art. 5(1)(c)',
    duty: 'Data minimisation',
    answer:
      'Names of files and whatever else a sender says of an upload are neither used nor kept; the queue holds ids only; research gets derivatives in place of originals.',
    builtIn: [
      'src/workloads/imaging/upload/tus-routes.ts',
      'src/workloads/imaging/queue/scan-queue.ts',
      'src/workloads/imaging/deidentify/deidentify.ts',
    ],
    provedBy: [
      {
        file: 'test/workloads/imaging/upload/tus.test.ts',
        test: 'a tus client sends a file in parts, and its name is kept nowhere',
      },
      {
        file: 'test/workloads/imaging/worker/worker.test.ts',
        test: 'stores what is queued, tells its life, says nothing of its patient, and ends in order',
      },
    ],
  },
  {
    framework: 'gdpr',
    citation: 'Art. 5(1)(e)',
    duty: 'Storage limitation',
    answer:
      'Files leave the shared disks when they are stored; uploads that nobody ended are abandoned and removed; images are kept until they are erased, and records of accesses for their term.',
    builtIn: ['src/workloads/imaging/worker/sweep.ts', 'src/runtime/postgres/retention.ts'],
    provedBy: [
      {
        file: 'test/workloads/imaging/worker/sweep.test.ts',
        test: 'abandons uploads that expired, and removes the files that no row wants',
      },
      {
        file: 'test/runtime/postgres/retention.test.ts',
        test: 'refuses to remove records of accesses before six years are over',
      },
    ],
    leftToYou: 'Erase what your purpose does not need any more.',
  },
  {
    framework: 'gdpr',
    citation: 'Art. 15, 20',
    duty: 'Right of access by the data subject, right to data portability',
    answer:
      'One command writes all that is stored of a patient as DICOM JSON beside the DICOM files themselves, those that failed or are in conflict too, on what law it is kept, and who accessed it; to files or a bucket, never to a screen or a log.',
    builtIn: ['src/workloads/imaging/operator/export-patient.ts', 'src/runtime/operations/patient-accesses.ts'],
    provedBy: [
      {
        file: 'test/workloads/imaging/operator/export-files.test.ts',
        test: 'is each file that failed, waits, or is in conflict, and is known to be the patient’s',
      },
      {
        file: 'test/workloads/imaging/operator/patient.test.ts',
        test: 'gets every image bit for bit, what it says, on what law it is kept, and who saw it',
      },
      {
        file: 'integration/workloads/imaging/patient-rights.test.ts',
        test: 'are exported bit for bit, with what they say and who saw them',
      },
    ],
    leftToYou: 'Make sure who asks, read the export, and hand it over within a month.',
  },
  {
    framework: 'gdpr',
    citation: 'Art. 4(5), 32(1)(a)',
    duty: 'Pseudonymisation',
    answer:
      'Pseudonyms, UIDs and days of derivatives are made with a key that never leaves KMS and that workers alone may use; another hospital’s derivatives of the same patient have others.',
    builtIn: ['src/workloads/imaging/deidentify/keys.ts', 'src/foundation/hmac-key.ts'],
    provedBy: [
      {
        file: 'test/workloads/imaging/services/stores.test.ts',
        test: 'makes codes only, for the workers only, through a door for it alone',
      },
      {
        file: 'test/workloads/imaging/deidentify/real-files.test.ts',
        test: 'is nobody’s that another hospital knows: UIDs, pseudonym and dates are other ones there',
      },
      { file: 'test/workloads/imaging/deidentify/keys.test.ts', test: 'cannot be made without the root' },
    ],
    leftToYou: 'Treat derivatives as personal data: whoever may use the key can tell whose they are.',
  },
  {
    framework: 'gdpr',
    citation: 'Art. 32(1)(b)',
    duty: 'Ongoing confidentiality, integrity, availability and resilience',
    answer:
      'Two tasks or more of each service in several zones, a database and a queue with failover, shared files with a door in each zone; a scan is stored once whoever is killed, and nothing is shown without a record.',
    builtIn: [
      'src/workloads/imaging/programs.service.ts',
      'src/workloads/imaging/stores.service.ts',
      'src/workloads/imaging/worker/sweep.ts',
    ],
    provedBy: [
      {
        file: 'test/workloads/imaging/services/alarms.test.ts',
        test: 'runs two tasks of each service at least, and as many at most as the tenant’s scans ask for',
      },
      {
        file: 'test/workloads/imaging/services/stores.test.ts',
        test: 'is Redis in two zones with failover, TLS and a token, encrypted, which never drops a job',
      },
      {
        file: 'test/workloads/imaging/worker/worker.test.ts',
        test: 'stores everything once though its workers are killed again and again, at any moment',
      },
      {
        file: 'test/workloads/imaging/query/retrieve.test.ts',
        test: 'is needed for %s: without a record nothing is shown',
      },
    ],
  },
  {
    framework: 'gdpr',
    citation: 'Art. 17',
    duty: 'Right to erasure',
    answer:
      'One command removes a patient of a hospital: originals, previews, derivatives, metadata, and files that failed or differ, as far as their study or SOP Instance UID tells whose they are; on record with who and why; it is refused, with law and date, while `compliance.legalRetentionDays` has the data kept. What the bucket keeps of deleted objects ends with the database’s backups.',
    builtIn: ['src/workloads/imaging/operator/erase-patient.ts', 'src/foundation/scan-bucket.ts'],
    provedBy: [
      {
        file: 'test/workloads/imaging/operator/patient.test.ts',
        test: 'leaves no row and no object, and everything of others is as it was',
      },
      {
        file: 'test/workloads/imaging/operator/patient.test.ts',
        test: 'is kept for as long as a law says, and told until when',
      },
      {
        file: 'test/workloads/imaging/operator/whose-files.test.ts',
        test: 'goes with its own patient, and the other patient’s image stays',
      },
      {
        file: 'test/workloads/imaging/services/stores.test.ts',
        test: 'keeps what was deleted for as long as the database’s backups, so that an erasure is final with them',
      },
      {
        file: 'test/workloads/imaging/services/stores.test.ts',
        test: 'lets workers store and delete nothing, queries read, and only the operator delete',
      },
    ],
    leftToYou:
      'Stop the senders first; drop failed scans of the patient whose study is not known; erase again when a backup is restored (docs/runbook.md, "Patients\' rights").',
  },
  {
    framework: 'lgpd',
    citation: 'Art. 6º, III, VII',
    duty: 'Necessity, security',
    answer:
      'Nothing of a patient is in names of files, objects, jobs, events, metrics or logs; files lie on the shared file system only until they are stored, and uploads that nobody goes on with are removed after a day.',
    builtIn: [
      'src/workloads/imaging/worker/sweep.ts',
      'src/workloads/imaging/objects/object-keys.ts',
      'src/workloads/imaging/upload/tus-routes.ts',
    ],
    provedBy: [
      {
        file: 'test/workloads/imaging/worker/worker.test.ts',
        test: 'stores what is queued, tells its life, says nothing of its patient, and ends in order',
      },
      {
        file: 'test/workloads/imaging/worker/sweep.test.ts',
        test: 'abandons uploads that expired, and removes the files that no row wants',
      },
      { file: 'test/workloads/imaging/worker/process-scan.test.ts', test: 'has no key that says its UID' },
    ],
  },
  {
    framework: 'lgpd',
    citation: 'Art. 13, § 4º',
    duty: 'Pseudonymization, in research',
    answer:
      'Derivatives have pseudonyms, moved dates and mapped UIDs, made with a key in KMS; they are kept apart from originals, under the same encryption and rights.',
    builtIn: ['src/workloads/imaging/deidentify/keys.ts', 'src/workloads/imaging/objects/object-keys.ts'],
    provedBy: [
      {
        file: 'test/workloads/imaging/deidentify/real-files.test.ts',
        test: 'has no original identifier anywhere outside the pixels, as the file wrote it or in UTF-8',
      },
      {
        file: 'test/workloads/imaging/deidentify/real-files.test.ts',
        test: 'has all dates of a patient moved by as many days back, in every file',
      },
      {
        file: 'test/workloads/imaging/services/stores.test.ts',
        test: 'makes codes only, for the workers only, through a door for it alone',
      },
    ],
    leftToYou:
      'A derivative is not anonymous (art. 12): look at what is burned into its pixels (`instance.burned_in`), and have the use approved, before you pass it on.',
  },
  {
    framework: 'lgpd',
    citation: 'Art. 15, 16',
    duty: 'End of processing; what may be kept after it',
    answer:
      'Medical images are kept for twenty years (Lei nº 13.787/2018, art. 6º) where the settings say nothing else, and then as long as nobody erases them; an erasure before is refused with the law.',
    builtIn: ['src/workloads/imaging/operator/erase-patient.ts', 'src/tenant/constants.ts'],
    provedBy: [
      { file: 'test/tenant.test.ts', test: 'have what Brazilian law says by itself' },
      {
        file: 'test/workloads/imaging/services/stores.test.ts',
        test: 'keeps what was deleted for as long as the database’s backups, so that an erasure is final with them',
      },
    ],
    leftToYou: 'Erase what is past its term, or hand it over to the patient.',
  },
  {
    framework: 'lgpd',
    citation: 'Art. 18, 19',
    duty: 'Rights of the data subject: confirmation, access, portability, erasure',
    answer:
      'One command writes all that is stored of a patient, with who accessed it and on what law it rests; another one erases it where no law has it kept. Both are on record with who asked and why.',
    builtIn: [
      'src/workloads/imaging/operator/export-patient.ts',
      'src/workloads/imaging/operator/erase-patient.ts',
      'docs/runbook.md',
    ],
    provedBy: [
      {
        file: 'test/workloads/imaging/operator/patient.test.ts',
        test: 'gets every image bit for bit, what it says, on what law it is kept, and who saw it',
      },
      {
        file: 'integration/workloads/imaging/patient-rights.test.ts',
        test: 'are exported bit for bit, with what they say and who saw them',
      },
      {
        file: 'test/workloads/imaging/operator/patient.test.ts',
        test: 'leaves no row and no object, and everything of others is as it was',
      },
      {
        file: 'test/workloads/imaging/operator/patient.test.ts',
        test: 'is kept for as long as a law says, and told until when',
      },
    ],
    leftToYou:
      'Make sure who asks; answer at once in a simple form, or completely within fifteen days (art. 19); correct what is wrong at its source (art. 18, III).',
  },
  {
    framework: 'lgpd',
    citation: 'Art. 33 to 36',
    duty: 'International transfer',
    answer:
      'One region, the tenant’s: no replication, no backup elsewhere, no global database, no key of many regions, no edge-optimized name and no distribution, asserted over the whole template.',
    builtIn: ['src/workloads/imaging/stores.service.ts', 'src/foundation/mutual-tls-domain.ts'],
    provedBy: [
      {
        file: 'test/workloads/imaging/services/residency.test.ts',
        test: 'stays in the tenant’s region: no other one is named, and nothing copies there',
      },
      { file: 'test/workloads/imaging/services/residency.test.ts', test: 'would be found out: %s' },
    ],
    leftToYou:
      'A hospital or physician who asks from abroad makes a transfer by it; alarms by mail leave the region, without patient data.',
  },
  {
    framework: 'lgpd',
    citation: 'Art. 37',
    duty: 'Record of processing operations',
    answer:
      'Every search and retrieval is on record by hospital, patient and time, and every step of each scan by ids; the operator’s commands are on record before they show or change anything.',
    builtIn: ['src/workloads/imaging/query/patient-data-route.ts', 'src/workloads/imaging/life/life-events.ts'],
    provedBy: [
      {
        file: 'test/workloads/imaging/query/search.test.ts',
        test: 'is each search, once for each patient shown, with who asked and what',
      },
      { file: 'test/workloads/imaging/query/retrieve.test.ts', test: 'has what was not found, and what was refused' },
      {
        file: 'test/workloads/imaging/life/life-events.test.ts',
        test: 'is told once, oldest first, and what was not taken is told again',
      },
    ],
    leftToYou: 'Keep the record of purposes, and of who got derivatives.',
  },
  {
    framework: 'lgpd',
    citation: 'Art. 46, 49',
    duty: 'Security measures, from the design on',
    answer:
      'Mutual TLS with a pinned truststore is the one way in; what is stored is encrypted by the tenant’s keys; who deletes is a person by name.',
    builtIn: ['src/foundation/mutual-tls-domain.ts', 'src/foundation/shared-files.ts', 'src/foundation/scan-bucket.ts'],
    provedBy: [
      {
        file: 'test/workloads/imaging/services/way-in.test.ts',
        test: 'asks for a certificate of a pinned truststore, over TLS 1.2 or higher, at a regional name',
      },
      {
        file: 'test/workloads/imaging/services/stores.test.ts',
        test: 'are refused to who comes without TLS, without the access point, or as root',
      },
      {
        file: 'test/workloads/imaging/services/secrets.test.ts',
        test: 'are read by the programs that need them, each by its complete ARN',
      },
    ],
    leftToYou: 'Issue, renew and take back client certificates (docs/workloads/imaging/certificates.md).',
  },
  {
    framework: 'lgpd',
    citation: 'Art. 48; Resolução CD/ANPD nº 15/2024, art. 6º, 9º, 10',
    duty: 'Communication of security incidents within three working days; record of incidents for five years',
    answer:
      'A page of its own says how an incident is contained, which record answers whose data were touched, and what the ANPD and the patients are told by when. Accesses are kept for six years.',
    builtIn: ['docs/workloads/imaging/incidents.md', 'src/workloads/imaging/alarms.service.ts'],
    provedBy: [
      {
        file: 'test/workloads/imaging/services/environment.test.ts',
        test: 'keep the record of accesses for six years',
      },
      { file: 'test/workloads/imaging/services/alarms.test.ts', test: 'are these' },
    ],
    leftToYou: 'Decide whether there is risk or damage, tell the ANPD and the data subjects in time, and rehearse it.',
  },
];
