import { execFileSync } from 'node:child_process';

/** A value of an original that must not be found in its derivative. */
export interface OriginalIdentifier {
  /** As dcmdump shows it, `(0010,0020)`. */
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

const LINE = /^\s*(\([0-9a-f]{4},[0-9a-f]{4}\)) (\S\S) (?:\[(.*)\]|=?(\S+)|.*)\s+#\s*\S+,\s*\S+ (.*)$/;
const FREE_TEXT = new Set(['ST', 'LT', 'UT', 'PN', 'AE']);
const DATES = new Set(['DA', 'DT']);
const TEXTS = new Set(['LO', 'SH', 'UC', 'AE']);

/** Shorter ones are in many other words and numbers. */
const CHARACTERS_MIN = 4;

/** What identifies somebody in a file, as dcmdump reads it: nothing of what is tested has a part in it. */
export function originalIdentifiers(file: string): OriginalIdentifier[] {
  // Values longer than they are shown, UIDs as numbers, bytes as they are.
  const dump = execFileSync('dcmdump', ['-q', '+L', '-Un', '+R', '4096', file], {
    encoding: 'latin1',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return dump.split('\n').flatMap((line) => {
    const [, tag = '', vr = '', text = '', bare = '', name = ''] = LINE.exec(line) ?? [];
    const isPrivate = /[13579bdf],/.test(tag);
    const keyword = name.trim();
    const whole = isPrivate && vr !== 'UI' ? privateText(text, bare) : text || bare;
    return valuesOf(vr, whole)
      .filter((value) => isIdentifier(vr, keyword, value, isPrivate))
      .map((value) => ({ tag, keyword, value }));
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

/** Private elements of unknown VR are shown as bytes. */
function privateText(text: string, bare: string): string {
  if (text !== '') return text;
  return /^[0-9a-f]{2}(\\[0-9a-f]{2})+$/.test(bare)
    ? Buffer.from(bare.replaceAll('\\', ''), 'hex').toString('latin1').replace(/\0+$/, '')
    : '';
}
