import { profileRow } from './profile';
import { isEmptiedBeside, isRemovedBeside } from './supplement';
import { elementOf, isPrivate } from '../dicom/tag';

/** What becomes of an element. */
export type Action =
  | { readonly kind: 'keep' | 'remove' | 'empty' | 'dummy' | 'uid' }
  /** Dates are moved; what is no date becomes of as `otherwise` says. */
  | { readonly kind: 'shift'; readonly otherwise: Action }
  /** The Items of a sequence are gone through. `dummies`: an action on a sequence is one on all of its contents (PS3.15, E.1.1). */
  | { readonly kind: 'descend'; readonly dummies: boolean };

/** An element, as far as its tag tells what becomes of it. */
export interface PlannedElement {
  /** Group and element as one number. */
  readonly tag: number;
  /** VR as the file has it; where its transfer syntax has none, the dictionary's. */
  readonly vr: string;
  /** VRs that the standard's dictionary allows; empty for what the dictionary does not know. */
  readonly known: readonly string[];
  /** Whether the element is in a sequence that is to say nothing. */
  readonly dummies: boolean;
}

const REMOVE: Action = { kind: 'remove' };
const KEEP: Action = { kind: 'keep' };
const EMPTY: Action = { kind: 'empty' };
const DUMMY: Action = { kind: 'dummy' };
const UID: Action = { kind: 'uid' };

const DATES: ReadonlySet<string> = new Set(['DA', 'DT', 'TM']);
/** VRs of what a person wrote, or of a person. */
const FREE_TEXT: ReadonlySet<string> = new Set(['PN', 'ST', 'LT', 'UT']);
/** VRs that name a machine or a place where the original is. */
const PLACES: ReadonlySet<string> = new Set(['AE', 'UR']);

/** URN Code Value: a code of a coding scheme, unlike all other attributes of VR UR. */
const URN_CODE_VALUE = 0x00080120;

/** UIDs of classes, transfer syntaxes and code tables, which name no instance; of the rest, each may. */
const CLASS_UIDS: ReadonlySet<number> = new Set([
  0x00080016, // SOP Class UID
  0x0008001a, // Related General SOP Class UID
  0x0008001b, // Original Specialized SOP Class UID
  0x00080062, // SOP Classes in Study
  0x0008010c, // Coding Scheme UID
  0x00080117, // Context UID
  0x00080118, // Mapping Resource UID
  0x0008040e, // Stored Instance Transfer Syntax UID
  0x00081150, // Referenced SOP Class UID
  0x0008115a, // SOP Classes Supported
  0x00083002, // Available Transfer Syntax UID
  0x00340003, // Flow Transfer Syntax UID
  0x30100052, // Pertinent SOP Classes in Study
  0x30100053, // Pertinent SOP Classes in Series
]);

/**
 * What becomes of an element by Table E.1-1 of PS3.15, with the option to retain dates, modified; by the supplement; else by its VR.
 *
 * Removed is what nobody can know to be safe: private elements, those that the dictionary does not know, and those whose VR is another than
 * the dictionary's in a way that changes what is done with it.
 */
export function actionFor(element: PlannedElement): Action {
  const { tag, vr, known } = element;
  const isGroupLength = elementOf(tag) === 0;
  if (isPrivate(tag) || isGroupLength || known.length === 0) return REMOVE;
  return known.includes(vr) ? plannedFor(element) : plannedForOtherVr(element);
}

function plannedFor(element: PlannedElement): Action {
  const { tag, vr, dummies } = element;
  const row = profileRow(tag);
  if (row === undefined && isRemovedBeside(tag)) return REMOVE;
  if (row === undefined) return isEmptiedBeside(tag) ? EMPTY : plannedByVr(element);
  if (row.action === 'clean') return { kind: 'descend', dummies };
  const byProfile = vr === 'SQ' && row.action === 'dummy' ? descend(true) : resolved(row.action, vr);
  return row.modifiedDates && DATES.has(vr) ? { kind: 'shift', otherwise: byProfile } : byProfile;
}

/** What the profile does not list. "All dates and times on the basis of their VR": PS3.15, E.1.1, note 4. */
function plannedByVr({ tag, vr, dummies }: PlannedElement): Action {
  if (vr === 'SQ') return descend(dummies);
  if (vr === 'UI') return CLASS_UIDS.has(tag) ? KEEP : UID;
  if (DATES.has(vr)) return { kind: 'shift', otherwise: REMOVE };
  if (FREE_TEXT.has(vr)) return DUMMY;
  if (PLACES.has(vr)) return tag === URN_CODE_VALUE ? KEEP : REMOVE;
  if (vr === 'UN') return REMOVE;
  // Code strings are of closed lists, which readers need to make sense of a sequence at all.
  return dummies && vr !== 'CS' ? DUMMY : KEEP;
}

/** A VR that the dictionary does not have for this tag: the value cannot be taken for what it is named. */
function plannedForOtherVr(element: PlannedElement): Action {
  const { vr, known } = element;
  const [first = 'UN'] = known;
  if ((vr === 'SQ') !== (first === 'SQ')) return REMOVE;
  const asKnown = plannedFor({ ...element, vr: first });
  // What is not looked at can have any VR. A UID is only kept or mapped as one.
  if (asKnown.kind !== 'keep') return asKnown.kind === 'shift' ? asKnown.otherwise : asKnown;
  return plannedByVr(element).kind === 'keep' ? KEEP : REMOVE;
}

function resolved(action: 'remove' | 'empty' | 'dummy' | 'uid', vr: string): Action {
  switch (action) {
    case 'remove':
      return REMOVE;
    case 'empty':
      return EMPTY;
    case 'uid':
      return UID;
    case 'dummy':
      // A dummy UID is one that is the same wherever the original was the same.
      return vr === 'UI' ? UID : DUMMY;
  }
}

function descend(dummies: boolean): Action {
  return { kind: 'descend', dummies };
}
