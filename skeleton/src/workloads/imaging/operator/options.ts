import type { OptionSpec } from '../../../runtime/operations/command-line';

/** Options that mean something else here than where events come by a stream, and those of imaging's own. */
export const SCAN_OPTIONS = {
  reason: {
    placeholder: 'CODE',
    help: 'scans that failed for this reason, such as file_missing',
    legal: 'a reason code in small letters, as "scans list" tells them',
    pattern: /^[a-z][a-z0-9_]{0,63}$/,
  },
  id: {
    placeholder: 'ID',
    help: 'this scan, by the id that the lists tell',
    legal: 'the id of a scan, such as 7d1f3c52-8f5a-4a3e-9b1c-2f6d0e4a9c11',
    pattern: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
    isRepeatable: true,
  },
  limit: {
    placeholder: 'N',
    help: 'tell as many scans at the most (default 100)',
    legal: 'a whole number from 1 to 9999',
    pattern: /^[1-9]\d{0,3}$/,
  },
  hospital: {
    placeholder: 'NUMBER',
    help: 'the hospital in whose numbers the patient is known: hospitalId of logs and events',
    legal: 'the number of a hospital, such as 1',
    pattern: /^[1-9]\d{0,8}$/,
  },
  patient: {
    placeholder: 'ID',
    help: 'the patient, by Patient ID (0010,0020) as the hospital writes it',
    legal: 'a Patient ID, of 1 to 64 characters without a backslash',
    pattern: /^[^\\\p{Cc}]{1,64}$/u,
    isConfidential: true,
  },
  issuer: {
    placeholder: 'TEXT',
    help: 'Issuer of Patient ID (0010,0021), where files name one',
    legal: 'an issuer, of 1 to 64 characters without a backslash',
    pattern: /^[^\\\p{Cc}]{1,64}$/u,
    isConfidential: true,
  },
} as const satisfies Record<string, OptionSpec>;
