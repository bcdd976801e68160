import type { DumpedElement } from './dump';
import { vrsOf } from '../../../../../src/workloads/imaging/dicom/dictionary';

/** What has become of an attribute, judged by its value before and after alone. `other`: something that no action makes. */
export type Outcome = 'absent' | 'empty' | 'dummy' | 'uid' | 'shifted' | 'items' | 'same' | 'other';

/** Outcomes that the codes of PS3.15, Table E.1-1a, allow. */
export const LEGAL_OUTCOMES: Readonly<Record<string, readonly Outcome[]>> = {
  X: ['absent'],
  Z: ['empty', 'dummy'],
  D: ['dummy', 'items'],
  U: ['uid'],
  'X/Z': ['absent', 'empty'],
  'X/D': ['absent', 'dummy', 'items'],
  'Z/D': ['empty', 'dummy', 'items'],
  'X/Z/D': ['absent', 'empty', 'dummy', 'items'],
  'X/Z/U*': ['absent', 'empty', 'items'],
};

const DUMMIES = /^(REMOVED|0|000Y|19000101|19000101000000|000000|urn:removed|(00\\?)+|(0000\\?)+)$/;
const OWN_UIDS = /^2\.25\.\d+(\\2\.25\.\d+)*$/;

/** @param after `undefined` where it is there no longer. */
export function outcomeOf(before: DumpedElement, after: DumpedElement | undefined): Outcome {
  if (after === undefined) return 'absent';
  if (after.value === '') return 'empty';
  if (after.vr === 'SQ') return before.value === after.value || !before.value.endsWith(' Items') ? 'items' : 'other';
  if (after.vr === 'UI' && OWN_UIDS.test(after.value)) return 'uid';
  if (isDate(after) && shiftOf(before, after) !== undefined) return 'shifted';
  if (DUMMIES.test(after.value)) return after.value === before.value ? 'same' : 'dummy';
  return after.value === before.value || isSameTag(before, after) ? 'same' : 'other';
}

/** A tag as a value, which dcmdump shows as bytes where it does not know that it is one. */
function isSameTag(before: DumpedElement, after: DumpedElement): boolean {
  const bytes = Buffer.from(before.value, 'latin1');
  if (after.vr !== 'AT' || bytes.length !== 4) return false;
  const [group, element] = [bytes.readUInt16LE(0), bytes.readUInt16LE(2)].map((part) =>
    part.toString(16).padStart(4, '0'),
  );
  return after.value === `(${group},${element})`;
}

export function isDate({ vr }: DumpedElement): boolean {
  return vr === 'DA' || vr === 'DT';
}

/** By how many days a date has moved, if it has; with several, if all have by as many. */
export function shiftOf(before: DumpedElement, after: DumpedElement): number | undefined {
  if (DUMMIES.test(after.value)) return undefined;
  const [old, moved] = [before.value, after.value].map((value) => value.split('\\').map(dayOf));
  const shifts = new Set(old?.map((day, index) => (moved?.[index] ?? Number.NaN) - day));
  const [shift = Number.NaN] = shifts;
  return shifts.size === 1 && shift !== 0 && Number.isInteger(shift) ? shift : undefined;
}

function dayOf(value: string): number {
  const [, year, month, day] = /^\s*(\d{4})\.?(\d\d)\.?(\d\d)/.exec(value) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day)) / 86_400_000;
}

/** The element with the VR of the dictionary, where the file does not know it. */
export function withKnownVr(element: DumpedElement): DumpedElement {
  return element.vr === 'UN' ? { ...element, vr: vrsOf(Number.parseInt(element.tag, 16))[0] ?? 'UN' } : element;
}
