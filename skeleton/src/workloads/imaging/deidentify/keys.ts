import { createHmac } from 'node:crypto';

/** Whose dates are moved together, and who is one person under a pseudonym: patients of a hospital's own numbering. */
export interface PatientKey {
  readonly hospitalId: number;
  /** Issuer of Patient ID (0010,0021); empty where there is none. */
  readonly issuer: string;
  /** Patient ID (0010,0020), or what stands for it where there is none. */
  readonly patientId: string;
}

/** What replaces identifiers: the same for the same one under one root, and not to be reversed without it. */
export interface DeidentificationKeys {
  /**
   * A UID in place of another one, in every file of a hospital, so that references between instances hold. In another hospital's files it is
   * another one: whoever has derivatives of both cannot tell that an examination went from one to the other.
   */
  uid(original: string, hospitalId: number): string;
  /** Days by which all dates of a patient are moved: −1 to −365. */
  dayShift(patient: PatientKey): number;
  /** A Patient ID in place of another one: 18 letters and digits. */
  pseudonym(patient: PatientKey): string;
}

/** HMAC-SHA-256 wants as many bytes as it gives (RFC 2104, 3). */
const ROOT_BYTES_MIN = 32;

const SHIFT_DAYS_MAX = 365;

/**
 * Derives all replacements from one secret, so that whoever has it can make them again, and nobody else can.
 *
 * @param root 32 bytes or more, such as the answer of KMS's GenerateMac.
 * @throws RangeError when there are fewer bytes.
 */
export function createKeys(root: Buffer): DeidentificationKeys {
  if (root.length < ROOT_BYTES_MIN) {
    throw new RangeError(
      `The root of the de-identification keys has ${root.length} bytes; ${ROOT_BYTES_MIN} are the least`,
    );
  }
  const macOf = (use: string) => {
    // A key a use: what one use gives says nothing about what another one gives for the same text.
    const key = createHmac('sha256', root).update(use).digest();
    return (text: string) => createHmac('sha256', key).update(text).digest();
  };
  const [uidMac, shiftMac, pseudonymMac] = [macOf('uid'), macOf('date-shift'), macOf('pseudonym')];
  return {
    uid: (original, hospitalId) => uuidDerivedUid(uidMac(`${hospitalId}:${original}`)),
    dayShift: (patient) => -(1 + (shiftMac(textOf(patient)).readUInt32BE(0) % SHIFT_DAYS_MAX)),
    pseudonym: (patient) => `DE${pseudonymMac(textOf(patient)).toString('hex', 0, 8).toUpperCase()}`,
  };
}

/** No two patients have one text: lengths tell where a part ends. */
function textOf({ hospitalId, issuer, patientId }: PatientKey): string {
  return `${hospitalId}:${Buffer.byteLength(issuer)}:${issuer}:${patientId}`;
}

/** A UID from a UUID (DICOM PS3.5, B.2), which is of version 8, "custom" (RFC 9562, 5.8). */
function uuidDerivedUid(mac: Buffer): string {
  const bytes = Buffer.from(mac.subarray(0, 16));
  bytes.writeUInt8((bytes.readUInt8(6) % 0x10) + 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) % 0x40) + 0x80, 8);
  return `2.25.${BigInt(`0x${bytes.toString('hex')}`)}`;
}
