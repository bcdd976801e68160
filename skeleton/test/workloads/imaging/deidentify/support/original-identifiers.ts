import type { DumpedElement } from './dump';
import { vrsOf } from '../../../../../src/workloads/imaging/dicom/dictionary';

/** A value of an original that must not be found in its derivative. */
export interface OriginalIdentifier {
  /** Eight hexadecimal digits, small letters. */
  readonly tag: string;
  readonly keyword: string;
  readonly value: string;
}

/** UIDs that name classes and syntaxes, by their attributes' names. */
const CLASS_UID = /(SOPClassUID|SOPClassUIDInFile|TransferSyntaxUID|CodingSchemeUID|ContextUID|MappingResourceUID)$/;
/** Public UIDs: DICOM's own frames of reference. Instances under DICOM's root are looked for. */
const PUBLIC_UID = /^1\.2\.840\.10008\.1\.4\.[12]\.\d+$/;

/** Attributes of text that name somebody, something of a hospital, or say what somebody wrote, by words in their names. */
const IDENTIFYING_NAME = new RegExp(
  [
    'Patient(ID|Name|Address|Comments|Telephone|History|BirthName|MotherBirthName)|OtherPatient|Ethnic|Occupation|Religious',
    'Accession|StudyID|AdmissionID|ServiceEpisode|MedicalRecord|Insurance|Military|Residence|Allergies|Alerts',
    'Institution|Department|StationName|DeviceSerial|DetectorID|PlateID|CassetteID|GantryID|GeneratorID|DeviceID|MachineName|RadiationMachine',
    'Physician|Operator|Observer|Organization|Telephone|Address|OrderEnter|Reviewer|Creator|Author',
    'StudyDescription|SeriesDescription|ProtocolName|ProcedureStepDescription|ProcedureDescription|Comments?$|Reason|Diagnos',
    'ProcedureID|ProcedureStepID|ContrastBolusAgent|RTPlanLabel|RTPlanName|StructureSetLabel|StructureSetName|ROIName|PlanDescription',
    'TimezoneOffset',
  ].join('|'),
);

const FREE_TEXT = new Set(['ST', 'LT', 'UT', 'PN', 'AE']);
const DATES = new Set(['DA', 'DT']);
const TEXTS = new Set(['LO', 'SH', 'UC', 'AE']);

/** Shorter ones are in many other words and numbers. */
const CHARACTERS_MIN = 4;

/** What identifies somebody in a file, as dcmdump reads it: nothing of what is tested has a part in it. */
export function originalIdentifiers(elements: Iterable<DumpedElement>): OriginalIdentifier[] {
  return [...elements].flatMap(({ tag, vr: written, keyword, value }) => {
    const vr = written === 'UN' ? (vrsOf(Number.parseInt(tag, 16))[0] ?? written) : written;
    const isPrivate = /[13579bdf]$/.test(tag.slice(0, 4));
    return valuesOf(vr, value)
      .filter((one) => isIdentifier(vr, keyword, one, isPrivate))
      .map((one) => ({ tag, keyword, value: one }));
  });
}

function isIdentifier(vr: string, keyword: string, value: string, isPrivate: boolean): boolean {
  if (value.length < CHARACTERS_MIN) return false;
  if (vr === 'UI') return /^[0-9.]+$/.test(value) && !CLASS_UID.test(keyword) && !PUBLIC_UID.test(value);
  if (isPrivate) return /[A-Za-z]{4}/.test(value);
  if (FREE_TEXT.has(vr) || DATES.has(vr)) return true;
  return TEXTS.has(vr) && IDENTIFYING_NAME.test(keyword);
}

function valuesOf(vr: string, text: string): string[] {
  const values = vr === 'ST' || vr === 'LT' || vr === 'UT' ? [text] : text.split('\\');
  const parts = vr === 'PN' ? values.flatMap((name) => [name, ...name.split(/[\^=]/)]) : values;
  return parts.map((value) => value.trim());
}
