import { type Encoding, textElement, textSequence } from './encoding';
import { PROFILE_EDITION } from './profile';

/** What is put into the top level of a data set, in place of what it may have there. */
export interface Mark {
  readonly tag: number;
  readonly bytes: Buffer;
}

const PATIENT_NAME = 0x00100010;
const PATIENT_ID = 0x00100020;
const PATIENT_IDENTITY_REMOVED = 0x00120062;
const DEIDENTIFICATION_METHOD = 0x00120063;
const DEIDENTIFICATION_METHOD_CODES = 0x00120064;
const TEMPORAL_INFORMATION_MODIFIED = 0x00280303;

/** Codes of the profile and of its option (DICOM PS3.16, CID 7050). */
const METHODS = [
  ['113100', 'Basic Application Confidentiality Profile'],
  ['113107', 'Retain Longitudinal Temporal Information Modified Dates Option'],
] as const;

/** By their tags: the pseudonym, and that, how, and with what dates the instance was de-identified (PS3.15, E.1.1 and E.3.6). */
export function marks(encoding: Encoding, pseudonym: string): readonly Mark[] {
  const text = (tag: number, vr: string, value: string): Mark => ({
    tag,
    bytes: textElement(encoding, { tag, vr, text: value }),
  });
  const codes = METHODS.map(([code, meaning]) => [
    { tag: 0x00080100, vr: 'SH', text: code },
    { tag: 0x00080102, vr: 'SH', text: 'DCM' },
    { tag: 0x00080104, vr: 'LO', text: meaning },
  ]);
  return [
    text(PATIENT_NAME, 'PN', pseudonym),
    text(PATIENT_ID, 'LO', pseudonym),
    text(PATIENT_IDENTITY_REMOVED, 'CS', 'YES'),
    text(DEIDENTIFICATION_METHOD, 'LO', `Basic Profile of ${PROFILE_EDITION}, dates modified`),
    { tag: DEIDENTIFICATION_METHOD_CODES, bytes: textSequence(encoding, DEIDENTIFICATION_METHOD_CODES, codes) },
    text(TEMPORAL_INFORMATION_MODIFIED, 'CS', 'MODIFIED'),
  ];
}
