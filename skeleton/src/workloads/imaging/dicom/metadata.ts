import type { Part10Summary } from './inspect';

/** DICOM JSON (PS3.18, Annex F): attributes by tag, eight hexadecimal digits in capitals. */
export type DicomJson = Readonly<Record<string, DicomJsonAttribute>>;

export interface DicomJsonAttribute {
  readonly vr: string;
  readonly Value?: readonly unknown[];
  readonly InlineBinary?: string;
}
