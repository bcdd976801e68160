import type {
  CodeableConcept,
  Encounter,
  EncounterHospitalization,
  EncounterLocation,
  EncounterParticipant,
  Identifier,
  Period,
  Reference,
} from 'fhir/r4';
import { type AdtContext, dateTimeOf, isBefore, timeOf } from './adt-context';
import { authoritySystem, codeableConceptOf, displayName, identifierOf } from './data-types';
import { element, present } from './element';
import { visitIdentity } from './identity';
import { ENCOUNTER_CLASSES, PARTICIPATION_TYPE_SYSTEM } from './tables';
import { type Field, fieldOf, fieldsOf } from '../../../runtime/hl7/field';
import type { Segment } from '../../../runtime/hl7/message';

/** What takes part, by the field that names them (HL7's v3 ParticipationType). */
const PARTICIPANTS: readonly (readonly [field: number, code: string, display: string])[] = [
  [7, 'ATND', 'attender'],
  [8, 'REF', 'referrer'],
  [9, 'CON', 'consultant'],
  [17, 'ADM', 'admitter'],
];

/**
 * An Encounter of what PV1 says, by the segment map PV1[Encounter] of the implementation guide "HL7 Version 2 to FHIR" (STU 1).
 * People and places are named and not referred to, since a message does not say all that a Practitioner or a Location would.
 *
 * @returns `undefined` when the message is about no visit (class N), or when it is an update (A08) that tells none.
 */
export function encounterOf(pv1: Segment, patientId: string, context: AdtContext): Encounter | undefined {
  const patientClass = fieldOf(pv1, 2);
  const identity = visitIdentity(pv1);
  if (context.trigger === 'A08' && (identity === undefined || patientClass.text() === 'N')) return undefined;
  const period = periodOf(pv1, context);
  const encounterClass = classOf(patientClass, context);
  if (identity === undefined) {
    context.faults.push(pv1.fault('101', 19, 'Expected the number of the visit, here or in PV1-50'));
  }
  if (identity === undefined || encounterClass === undefined) return undefined;
  const status = statusOf(patientClass, period, context);
  return {
    resourceType: 'Encounter',
    id: identity.id,
    status,
    class: encounterClass,
    ...element<Partial<Encounter>>({
      identifier: [...identity.identifiers],
      type: present([codeableConceptOf(fieldOf(pv1, 4), '0007')]),
      serviceType: codeableConceptOf(fieldOf(pv1, 10), '0069'),
      subject: { reference: `Patient/${patientId}` },
      participant: participantsOf(pv1),
      period,
      hospitalization: hospitalizationOf(pv1),
      location: locationsOf(pv1, status),
    }),
  };
}

function classOf(field: Field, { faults }: AdtContext): Encounter['class'] | undefined {
  const code = field.text();
  const known = ENCOUNTER_CLASSES.get(code ?? '');
  if (known === undefined) {
    const legal = [...ENCOUNTER_CLASSES.keys()].join(', ');
    faults.push(field.fault(code === undefined ? '101' : '103', `Legal are ${legal}`));
  }
  return known;
}

/** A discharge ends it, an admission or registration begins it; an update says by its times how far it is. */
function statusOf(patientClass: Field, period: Period | undefined, { trigger }: AdtContext): Encounter['status'] {
  if (trigger === 'A03') return 'finished';
  if (trigger !== 'A08') return 'in-progress';
  if (period?.end !== undefined) return 'finished';
  if (patientClass.text() === 'P') return 'planned';
  return patientClass.text() === 'U' ? 'unknown' : 'in-progress';
}

function periodOf(pv1: Segment, context: AdtContext): Period | undefined {
  const discharge = fieldOf(pv1, 45);
  const [start, end] = [fieldOf(pv1, 44), discharge].map((field) => timeOf(field, context.faults));
  if (start !== undefined && end !== undefined && isBefore(end, start, context)) {
    context.faults.push(discharge.fault('102', 'The discharge is before the admission (PV1-44)'));
  }
  return element<Period>({ start: dateTimeOf(start, context), end: dateTimeOf(end, context) });
}

function participantsOf(pv1: Segment): EncounterParticipant[] {
  return PARTICIPANTS.flatMap(([number, code, display]) =>
    fieldsOf(pv1, number).flatMap((field) => {
      const individual = practitionerOf(field);
      const type: CodeableConcept[] = [{ coding: [{ system: PARTICIPATION_TYPE_SYSTEM, code, display }] }];
      return individual === undefined ? [] : [{ type, individual }];
    }),
  );
}

/** XCN. */
function practitionerOf(field: Field): Reference | undefined {
  const value = field.text(1);
  const identifier =
    value === undefined ? undefined : element<Identifier>({ system: authoritySystem(field, 9), value });
  const named = element<Reference>({ identifier, display: displayName(field, 2) });
  return named === undefined ? undefined : { type: 'Practitioner', ...named };
}

/** PV1-3, where the patient is, and PV1-6, where they were before. */
function locationsOf(pv1: Segment, status: Encounter['status']): EncounterLocation[] {
  const here = status === 'planned' ? 'planned' : status === 'finished' ? 'completed' : 'active';
  return present([locationOf(fieldOf(pv1, 3), here), locationOf(fieldOf(pv1, 6), 'completed')]);
}

/** PL: point of care, room and bed, within a facility. */
function locationOf(field: Field, status: EncounterLocation['status']): EncounterLocation | undefined {
  const [pointOfCare, room, bed, building, floor] = [1, 2, 3, 7, 8].map((part) => field.text(part));
  const facility = field.text(4);
  const within = present([facility, building, floor, pointOfCare, room, bed]);
  if (within.length === 0) return undefined;
  const place = present([pointOfCare, room, bed]);
  const identifier =
    place.length === 0 ? undefined : element<Identifier>({ system: authoritySystem(field, 4), value: place.join('-') });
  const display = field.text(9) ?? within.join(', ');
  return { location: { type: 'Location', ...element<Reference>({ identifier, display }) }, status };
}

function hospitalizationOf(pv1: Segment): EncounterHospitalization | undefined {
  const destination = fieldOf(pv1, 37);
  const display = destination.text(2) ?? destination.text(1);
  return element<EncounterHospitalization>({
    preAdmissionIdentifier: identifierOf(fieldOf(pv1, 5)),
    admitSource: codeableConceptOf(fieldOf(pv1, 14), '0023'),
    reAdmission: codeableConceptOf(fieldOf(pv1, 13), '0092'),
    dietPreference: present([codeableConceptOf(fieldOf(pv1, 38), '0114')]),
    specialCourtesy: present([codeableConceptOf(fieldOf(pv1, 16), '0099')]),
    specialArrangement: present(fieldsOf(pv1, 15).map((field) => codeableConceptOf(field, '0009'))),
    destination: display === undefined ? undefined : { type: 'Location', display },
    dischargeDisposition: codeableConceptOf(fieldOf(pv1, 36), '0112'),
  });
}
