/** What can be wrong with a file, by the code that its sender gets. */
export const DICOM_FAULTS = {
  not_dicom: 'The file is no DICOM file: it does not have the letters DICM behind a preamble of 128 bytes',
  zip_archive: 'The file is a ZIP archive: take the DICOM files out of it and send each by itself',
  preamble_missing: 'The file has no preamble: a DICOM file begins with 128 bytes and the letters DICM',
  dicomdir: 'The file is a DICOMDIR, the table of contents of a medium: send the files that it names',
  meta_information_invalid: 'The file meta information is incomplete or wrong',
  transfer_syntax_unknown:
    'The file is written in a transfer syntax that is not of the standard, or keeps its pixels elsewhere',
  truncated: 'The file ends too early',
  length_invalid: 'An element says a length that it cannot have',
  vr_invalid: 'An element has no value representation of the standard',
  nesting_too_deep: 'Sequences are nested too deeply',
  element_too_large: 'An attribute that instances are found by is longer than the standard lets it be',
  too_many_elements: 'The file has more than four million elements, Items and fragments',
  deflate_invalid: 'The deflated part of the file cannot be inflated',
  sop_class_uid_missing: 'SOP Class UID (0008,0016) is missing',
  sop_instance_uid_missing: 'SOP Instance UID (0008,0018) is missing',
  study_instance_uid_missing: 'Study Instance UID (0020,000D) is missing',
  series_instance_uid_missing: 'Series Instance UID (0020,000E) is missing',
  uid_invalid: 'A UID is not made of numbers with dots between them, 64 characters at most',
} as const;

export type DicomFaultCode = keyof typeof DICOM_FAULTS;

/**
 * What is wrong with a file. The message is for its sender: it names tags and places in bytes, and no value, which could be a patient's.
 */
export class DicomFault extends Error {
  /** @param detail such as where: follows the code's own words. */
  constructor(
    readonly code: DicomFaultCode,
    detail = '',
    options: ErrorOptions = {},
  ) {
    super(`${DICOM_FAULTS[code]}${detail === '' ? '' : `: ${detail}`}.`, options);
    this.name = 'DicomFault';
  }
}
