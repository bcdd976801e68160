/**
 * UIDs that DICOM gives to nobody's instance (PS3.6, Table A-2, and the colour palettes of Table A-1): readers know them by their value.
 * No other UID of DICOM's root is kept, since files exist whose instances are numbered under it.
 */
const WELL_KNOWN = /^1\.2\.840\.10008\.(1\.4\.[12]\.\d{1,2}|1\.5\.\d{1,2})$/;

/** UI (DICOM PS3.5, 6.2). */
const UID = /^[0-9.]{1,64}$/;

/** The UIDs of a value, without padding; empty ones too. */
export function uidsOf(value: Buffer): string[] {
  return value
    .toString('latin1')
    .split('\\')
    .map((one) => one.replace(/[\0 ]+$/, '').trim());
}

/** What is put in place of a UID. */
export type UidMapping = (original: string) => string;

/** A value of VR UI, each UID replaced; what is no UID as well, since it may be anything. */
export function remappedUids(uidFor: UidMapping, value: Buffer): string {
  return uidsOf(value)
    .map((uid) => (uid === '' || WELL_KNOWN.test(uid) ? uid : uidFor(uid)))
    .join('\\');
}

/** Whether a value of VR UI holds nothing but UIDs. */
export function isUidValue(value: Buffer): boolean {
  return uidsOf(value).every((uid) => uid === '' || UID.test(uid));
}
