import type { DicomJson } from '../dicom/metadata';

/** Attributes of a data set's top level that tell who it is about, who had a part in it, and where. */
const IDENTIFYING = [
  '00080050', // Accession Number
  '00080080', // Institution Name
  '00080090', // Referring Physician's Name
  '00081048', // Physician(s) of Record
  '00081050', // Performing Physician's Name
  '00081060', // Name of Physician(s) Reading Study
  '00081070', // Operators' Name
  '00100010', // Patient's Name
  '00100020', // Patient ID
  '00100021', // Issuer of Patient ID
  '00100030', // Patient's Birth Date
  '00101000', // Other Patient IDs
  '00101001', // Other Patient Names
  '00101005', // Patient's Birth Name
  '00101040', // Patient's Address
  '00101060', // Patient's Mother's Birth Name
  '00101090', // Medical Record Locator
  '00102154', // Patient's Telephone Numbers
  '00181000', // Device Serial Number
  '00200010', // Study ID
  '00321032', // Requesting Physician
  '00380010', // Admission ID
];

/** Shorter ones are in too many words and numbers that say nothing of anybody. */
const CHARACTERS_MIN = 4;

/**
 * Looks for what identifies an instance's patient, staff and place in values that are kept: names and numbers are written into attributes
 * that are none of theirs, such as a patient's name in the name of a protocol.
 */
export class KnownIdentifiers {
  private readonly texts: readonly Buffer[];

  constructor(json: DicomJson) {
    const texts = new Set(IDENTIFYING.flatMap((tag) => (json[tag]?.Value ?? []).flatMap(textsOf)).map(folded));
    this.texts = [...texts].flatMap((text) => {
      const isLatin = [...text].every((character) => character.charCodeAt(0) < 0x100);
      const utf8 = Buffer.from(text, 'utf8');
      return isLatin ? [utf8, Buffer.from(text, 'latin1')] : [utf8];
    });
  }

  /** Whether a value has one of them in it, in large or small letters, in UTF-8 or Latin-1. */
  isIn(value: Buffer): boolean {
    const [latin, utf8] = [folded(value.toString('latin1')), folded(value.toString('utf8'))];
    const [ofLatin, ofUtf8] = [Buffer.from(latin, 'latin1'), Buffer.from(utf8, 'utf8')];
    return this.texts.some((text) => ofLatin.includes(text) || ofUtf8.includes(text));
  }
}

/** A name gives its parts, since they are written in any order; everything else is one text. */
function textsOf(value: unknown): string[] {
  const names = typeof value === 'object' && value !== null ? Object.values(value).filter(isText) : [];
  const texts = isText(value) ? [value] : names.flatMap((name) => name.split(/[\^=\s,]+/));
  return texts.map((text) => text.trim()).filter(({ length }) => length >= CHARACTERS_MIN);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function folded(text: string): string {
  return text.toLowerCase();
}
