import type { Encounter, Patient } from 'fhir/r4';
import { type AdtContext, contextOf, TRIGGERS } from './adt-context';
import { encounterOf } from './encounter';
import { patientIdentity } from './identity';
import { patientOf, saysMore } from './patient';
import { type Hl7Fault, Hl7Refusal } from '../../../runtime/hl7/fault';
import { requireHeader } from '../../../runtime/hl7/header';
import type { Segment } from '../../../runtime/hl7/message';
import { uuidV5 } from '../../../runtime/uuid-v5';
import { resourceRefusal } from '../decode/resource';
import { resourceWrite } from '../decode/resource-write';
import type { PatientMerge, RecordChange, RecordEvent } from '../record-event';

const ADT = {
  type: 'ADT',
  triggers: TRIGGERS,
  versions: { pattern: /^2\.[3-8](?:\.\d)?$/, legal: 'Legal are 2.3 to 2.8' },
} as const;

/** The namespace of the ids of messages. */
const NAMESPACE = '5b0c9d1e-7f3a-4c52-8e64-91a7d2c4b603';

/** What is made of messages, whatever other types a tenant takes. */
const MADE: ReadonlySet<string> = new Set(['Patient', 'Encounter']);

/** Segments of a patient: PID, and up to the next one MRG. */
interface Group {
  readonly pid: Segment;
  readonly mrg: Segment | undefined;
}

/**
 * What an ADT message changes: of an admission (A01), discharge (A03), registration (A04) or update (A08) the Patient of PID and the
 * Encounter of PV1; of a merge (A40) each pair of PID, which survives, and MRG.
 *
 * The event's id is made of MSH-3, MSH-4 and MSH-10, so that a message that comes again stores once.
 * @throws Hl7Refusal with every fault: AR when it is no message that is taken, AE when what it says is wrong.
 */
export function adtEvent(segments: readonly [Segment, ...Segment[]], now: Date): RecordEvent {
  const [header] = segments;
  const trigger = requireHeader(header, ADT);
  const context = contextOf(trigger, { header, evn: segments.find(({ name }) => name === 'EVN'), now });
  const groups = groupsOf(segments, context);
  const changes =
    trigger === 'A40'
      ? groups.flatMap((group) => mergeChanges(group, context))
      : groups.flatMap(({ pid }) =>
          visitChanges(
            pid,
            segments.find(({ name }) => name === 'PV1'),
            context,
          ),
        );
  const [first, ...rest] = context.faults;
  if (first !== undefined) throw new Hl7Refusal('AE', [first, ...rest]);
  const sender = [3, 4, 10].map((field) => [1, 2, 3].map((part) => header.component(field, part)).join('^'));
  return { id: uuidV5(NAMESPACE, JSON.stringify(sender)), source: 'hl7v2', changes };
}

function groupsOf(segments: readonly Segment[], { trigger, faults }: AdtContext): readonly Group[] {
  const groups: Group[] = [];
  for (const segment of segments) {
    const last = groups.at(-1);
    if (segment.name === 'PID') {
      groups.push({ pid: segment, mrg: undefined });
    } else if (segment.name === 'MRG' && trigger === 'A40') {
      if (last === undefined) {
        faults.push(outOfOrder(segment, 'There is no PID before it, which names the patient that goes on'));
      } else if (last.mrg !== undefined) {
        faults.push(outOfOrder(segment, 'Legal is one MRG after each PID'));
      } else {
        groups.splice(-1, 1, { ...last, mrg: segment });
      }
    }
  }
  const [first, second] = groups;
  if (first === undefined) {
    faults.push({
      condition: '101',
      place: { segment: 'PID', sequence: 1 },
      text: 'PID is missing: it names the patient',
    });
  } else if (second !== undefined && trigger !== 'A40') {
    faults.push(outOfOrder(second.pid, `Legal is one patient in a message ADT^${trigger}`));
  }
  return groups;
}

function outOfOrder(segment: Segment, text: string): Hl7Fault {
  return { condition: '100', place: segment.place(), text };
}

function visitChanges(pid: Segment, pv1: Segment | undefined, context: AdtContext): RecordChange[] {
  const { trigger, faults } = context;
  const identity = patientIdentity(pid, 3);
  if (identity === undefined) faults.push(noPatient(pid, 3));
  if (pv1 === undefined && trigger !== 'A08') {
    faults.push({
      condition: '101',
      place: { segment: 'PV1', sequence: 1 },
      text: 'PV1 is missing: it tells the visit',
    });
  }
  if (identity === undefined) return [];
  const patient = patientOf(pid, identity, context);
  const encounter = pv1 === undefined ? undefined : encounterOf(pv1, identity.id, context);
  return [
    ...written(patient, pid, context),
    ...(pv1 === undefined || encounter === undefined ? [] : written(encounter, pv1, context)),
  ];
}

/** The patient that survives is written first, unless PID says nothing but who it is: nothing that is known of it is to be lost. */
function mergeChanges({ pid, mrg }: Group, context: AdtContext): RecordChange[] {
  const { faults, recordedAt } = context;
  const surviving = patientIdentity(pid, 3);
  const merged = mrg === undefined ? undefined : patientIdentity(mrg, 1);
  if (surviving === undefined) faults.push(noPatient(pid, 3));
  if (mrg === undefined) {
    const place = { segment: 'MRG', sequence: pid.sequence };
    faults.push({ condition: '101', place, text: 'MRG is missing: it names the patient that is merged' });
  } else if (merged === undefined) {
    faults.push(noPatient(mrg, 1));
  } else if (merged.id === surviving?.id) {
    faults.push(
      mrg.fault('205', 1, 'It names the patient of PID-3: expected another one, who is merged into that one'),
    );
  }
  if (surviving === undefined || merged === undefined) return [];
  const merge: PatientMerge = { kind: 'merge', survivingId: surviving.id, mergedId: merged.id, mergedAt: recordedAt };
  return [...(saysMore(pid) ? written(patientOf(pid, surviving, context), pid, context) : []), merge];
}

function noPatient(segment: Segment, field: number): Hl7Fault {
  const text = 'Expected an id of the patient with its assigning authority, such as 4711^^^HOSPITAL^MR';
  return segment.fault(segment.isEmpty(field) ? '101' : '102', field, text);
}

/** A resource as it is stored, once it is found to be valid. */
function written(resource: Patient | Encounter, segment: Segment, { faults, recordedAt }: AdtContext): RecordChange[] {
  const tree = { ...resource, resourceType: resource.resourceType };
  const refusal = resourceRefusal(tree, MADE, resource.resourceType);
  if (refusal === undefined) return [resourceWrite(tree, { sourceUpdatedAt: recordedAt })];
  for (const { expression = resource.resourceType, diagnostics } of refusal.issues) {
    faults.push({ condition: '102', place: segment.place(), text: `${expression} would be wrong: ${diagnostics}` });
  }
  return [];
}
