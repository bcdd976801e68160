import type { Address, Extension, Patient, PatientCommunication } from 'fhir/r4';
import { type AdtContext, dateTimeOf, isBefore, pastTimeOf } from './adt-context';
import { addressOf, codeableConceptOf, contactPointOf, humanNameOf, identifierOf } from './data-types';
import { element, present } from './element';
import type { Identity } from './identity';
import { GENDERS, MARITAL_STATUSES } from './tables';
import type { Hl7Time } from './time';
import { type Field, fieldOf, fieldsOf } from '../../../runtime/hl7/field';
import type { Segment } from '../../../runtime/hl7/message';

const EXTENSIONS = 'http://hl7.org/fhir/StructureDefinition';

/**
 * A Patient of what PID says, by the segment map PID[Patient] of the implementation guide "HL7 Version 2 to FHIR" (STU 1). A message
 * tells all that its sender knows, so that what it does not say is not so any more. Race, ethnic group and animals are not read:
 * the guide leaves the first two to each country.
 *
 * @param identity of PID-3.
 */
export function patientOf(pid: Segment, identity: Identity, context: AdtContext): Patient {
  const birth = pastTimeOf(fieldOf(pid, 7), context);
  return {
    resourceType: 'Patient',
    id: identity.id,
    ...element<Omit<Patient, 'resourceType'>>({
      extension: extensionsOf(pid),
      identifier: [...identity.identifiers, ...otherIdentifiers(pid)],
      name: present([...fieldsOf(pid, 5), ...fieldsOf(pid, 9)].map(humanNameOf)),
      telecom: present([
        ...fieldsOf(pid, 13).map((field) => contactPointOf(field, 'home')),
        ...fieldsOf(pid, 14).map((field) => contactPointOf(field, 'work')),
        ...fieldsOf(pid, 40).map((field) => contactPointOf(field)),
      ]),
      gender: genderOf(fieldOf(pid, 8), context),
      birthDate: birth?.date,
      _birthDate: birthTimeOf(birth, context),
      ...deceasedOf(pid, birth, context),
      address: addressesOf(pid),
      maritalStatus: maritalStatusOf(pid),
      ...multipleBirthOf(pid, context),
      communication: languagesOf(pid),
    }),
  };
}

/** Whether PID says anything beside whom it is about, as it may not in a merge. */
export function saysMore(pid: Segment): boolean {
  return [5, 7, 8, 11, 13].some((field) => !pid.isEmpty(field));
}

/** PID-2 and PID-4, of versions before 2.7, and PID-19, which names no authority. */
function otherIdentifiers(pid: Segment) {
  return present([
    ...[2, 4].flatMap((field) => fieldsOf(pid, field).map((one) => identifierOf(one))),
    ...nationalId(pid),
  ]);
}

function nationalId(pid: Segment) {
  return fieldsOf(pid, 19)
    .slice(0, 1)
    .map((one) => identifierOf(one, 'SS'));
}

function extensionsOf(pid: Segment): Extension[] {
  const mother = fieldOf(pid, 6).text(1);
  const birthPlace = fieldOf(pid, 23).text();
  const religion = codeableConceptOf(fieldOf(pid, 17), '0006');
  return present([
    mother === undefined ? undefined : { url: `${EXTENSIONS}/patient-mothersMaidenName`, valueString: mother },
    religion === undefined ? undefined : { url: `${EXTENSIONS}/patient-religion`, valueCodeableConcept: religion },
    birthPlace === undefined
      ? undefined
      : { url: `${EXTENSIONS}/patient-birthPlace`, valueAddress: { text: birthPlace } },
  ]);
}

function genderOf(field: Field, { faults }: AdtContext): Patient['gender'] {
  const code = field.text();
  if (code === undefined) return undefined;
  const gender = GENDERS.get(code);
  if (gender === undefined) faults.push(field.fault('103', `Legal are ${[...GENDERS.keys()].join(', ')}`));
  return gender;
}

/** The time of birth, where the moment is known (FHIR R4, extension patient-birthTime). */
function birthTimeOf(birth: Hl7Time | undefined, context: AdtContext): Patient['_birthDate'] {
  const moment = dateTimeOf(birth, context);
  if (moment?.includes('T') !== true) return undefined;
  return { extension: [{ url: `${EXTENSIONS}/patient-birthTime`, valueDateTime: moment }] };
}

/** PID-29 and PID-30. */
function deceasedOf(
  pid: Segment,
  birth: Hl7Time | undefined,
  context: AdtContext,
): Pick<Patient, 'deceasedDateTime' | 'deceasedBoolean'> {
  const field = fieldOf(pid, 29);
  const death = pastTimeOf(field, context);
  if (death === undefined) return { deceasedBoolean: yesOrNo(fieldOf(pid, 30), context) };
  if (birth !== undefined && isBefore(death, birth, context)) {
    context.faults.push(field.fault('102', 'It is before the date of birth (PID-7)'));
  }
  return { deceasedDateTime: dateTimeOf(death, context) };
}

/** HL7 table 0136. */
function yesOrNo(field: Field, { faults }: AdtContext): boolean | undefined {
  const code = field.text();
  if (code === undefined) return undefined;
  if (code !== 'Y' && code !== 'N') faults.push(field.fault('103', 'Legal are Y, N'));
  return code === 'Y';
}

/** PID-11, and of versions before 2.6 the county in PID-12, which is that of the first address. */
function addressesOf(pid: Segment): Address[] {
  const [first, ...others] = present(fieldsOf(pid, 11).map(addressOf));
  const county = fieldOf(pid, 12).text();
  if (first === undefined) return county === undefined ? [] : [{ district: county }];
  return [county === undefined || first.district !== undefined ? first : { ...first, district: county }, ...others];
}

function maritalStatusOf(pid: Segment): Patient['maritalStatus'] {
  const field = fieldOf(pid, 16);
  const known =
    field.text(3) === undefined || field.text(3) === 'HL70002' ? MARITAL_STATUSES.get(field.text() ?? '') : undefined;
  return known === undefined ? codeableConceptOf(field, '0002') : { coding: [known] };
}

/** PID-25, the order of birth, says more than PID-24, that it was a multiple one. */
function multipleBirthOf(
  pid: Segment,
  context: AdtContext,
): Pick<Patient, 'multipleBirthInteger' | 'multipleBirthBoolean'> {
  const field = fieldOf(pid, 25);
  const order = field.text();
  if (order === undefined) return { multipleBirthBoolean: yesOrNo(fieldOf(pid, 24), context) };
  if (/^0*[1-9]\d?$/.test(order)) return { multipleBirthInteger: Number(order) };
  context.faults.push(field.fault('102', 'Expected a whole number from 1 to 99'));
  return {};
}

function languagesOf(pid: Segment): PatientCommunication[] {
  const field = fieldOf(pid, 15);
  const code = field.text();
  // Two letters are ISO 639-1's, as BCP 47 has them, which FHIR asks for.
  if (code !== undefined && /^[A-Za-z]{2}$/.test(code)) {
    const coding = element({ system: 'urn:ietf:bcp:47', code: code.toLowerCase(), display: field.text(2) });
    return [{ language: { coding: present([coding]) }, preferred: true }];
  }
  const language = codeableConceptOf(field, '0296');
  return language === undefined ? [] : [{ language, preferred: true }];
}
