import { auditedOperation, type StreamCommand, type StreamContext } from './command';
import { OperationError } from './errors';
import { refuseErasure } from './legal-retention';
import type { Person } from './operated-workload';
import { erasableFrom, type ErasureCounts, erasePatient } from './patient-erasure';
import { exportPatient } from './patient-export';
import { counted } from './report';
import { withSink } from './sink';

export const PATIENT_EXPORT: StreamCommand = {
  name: 'patient export',
  summary: 'writes all that is stored about a patient, and who accessed it, to a file or the bucket',
  required: ['operator', 'patient'],
  optional: ['output'],
  run: async (context) => {
    const { report } = context;
    const person = await context.workload.identify(context.options.required('patient'));
    await context.audit.during(auditedPatient('patient export', context, person), async () => {
      const sink = await context.openSink({
        folder: 'patient',
        suffix: '.ndjson',
        contentType: 'application/fhir+ndjson',
      });
      const counts = await withSink(sink, async () => exportPatient({ ...context, person, sink }));
      const { resourcesCount, quarantinedCount, accessesCount } = counts;
      report.tell(
        'patient.exported',
        { ...counts, place: sink.place },
        `Written to ${sink.place}: ${counted(resourcesCount, 'resource')}, ${counted(quarantinedCount, 'quarantined event')}, ${counted(accessesCount, 'access', 'accesses')}. It is patient data.`,
      );
      if (resourcesCount + quarantinedCount === 0) report.note(NOTHING_KNOWN);
      if (person.isMerged) report.note(`${MERGED} Export that one for all that is stored of the person.`);
      return { returnedCount: resourcesCount };
    });
  },
};

export const PATIENT_ERASE: StreamCommand = {
  name: 'patient erase',
  summary: 'removes all that is stored about a patient, unless a law has it kept',
  required: ['operator', 'patient', 'because'],
  optional: [],
  run: async (context) => {
    const person = await context.workload.identify(context.options.required('patient'));
    const erasure = { ...context, person };
    const counts: ErasureCounts = {
      erasedCount: 0,
      redactedCount: 0,
      removedEventsCount: 0,
      partedRecordsCount: 0,
      isForgotten: false,
    };
    await context.audit.during(auditedPatient('patient erase', context, person), async () => {
      if (person.isMerged) throw new OperationError('refused', `${MERGED} Erase that one: it takes this one with it.`);
      await refuseWhereKept(erasure);
      try {
        await erasePatient(erasure, counts);
      } finally {
        tellErasure(context, counts);
      }
      return { returnedCount: counts.erasedCount };
    });
    const { erasedCount, redactedCount, removedEventsCount, partedRecordsCount } = counts;
    if (erasedCount + redactedCount + removedEventsCount + partedRecordsCount === 0) {
      context.report.note(NOTHING_KNOWN);
    }
    context.report.note(whatRemains(context.backupRetentionDays));
    if (!counts.isForgotten) throw new OperationError('failed', CACHE_NOT_REACHED);
  },
};

const NOTHING_KNOWN = 'Nothing was stored about the patient: compare the id, capital and small letters too.';

const MERGED =
  'The record was merged into another one, which its Patient names by the link "replaced-by": there the person’s record goes on.';

const CACHE_NOT_REACHED =
  'The database has nothing of the patient any more, but the cache could not be reached: what it has is gone within a day, or at once by the same command again.';

function auditedPatient<Event>(command: string, context: StreamContext<Event>, { ids }: Person) {
  return auditedOperation(command, context, { resourceType: 'Patient', patientIds: ids });
}

async function refuseWhereKept<Event>(erasure: StreamContext<Event> & { readonly person: Person }): Promise<void> {
  const { legalRetention, report } = erasure;
  if (legalRetention === undefined) return;
  const from = await erasableFrom(erasure, legalRetention, new Date());
  if (from !== undefined) refuseErasure(from, legalRetention, report);
}

function tellErasure<Event>({ report }: StreamContext<Event>, counts: ErasureCounts): void {
  const { erasedCount, redactedCount, removedEventsCount, partedRecordsCount, isForgotten } = counts;
  const parted =
    partedRecordsCount === 0
      ? ''
      : ` Of ${counted(partedRecordsCount, 'quarantined record')} the patient's lines were taken out, and those of others left.`;
  const redacted =
    redactedCount === 0
      ? ''
      : ` Of ${counted(redactedCount, 'resource')} of other patients what names this one was taken out, and the rest left.`;
  report.tell(
    'patient.erased',
    { erasedCount, redactedCount, quarantinedCount: removedEventsCount, partedRecordsCount, isForgotten },
    `Erased ${counted(erasedCount, 'row')} and ${counted(removedEventsCount, 'quarantined event')}.${redacted}${parted}`,
  );
}

function whatRemains(backupRetentionDays: number | undefined): string {
  const backups =
    backupRetentionDays === undefined
      ? 'backups of the database, where there are any, until they are replaced'
      : `backups of the database, for ${backupRetentionDays} days; after one is restored, erase again`;
  return [
    'What this does not reach:',
    '- the stream, which keeps for 7 days what came in, and of which no part can be removed;',
    `- ${backups};`,
    '- exports in the bucket, for 7 days;',
    '- the record of accesses, which the law has kept (45 CFR 164.316(b)(2)(i)): it has the id, and nothing of what the records say.',
    'Events of the patient that arrive from now on are stored again: have their sender stop first.',
  ].join('\n');
}
