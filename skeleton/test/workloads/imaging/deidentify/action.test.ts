import { actionFor, type PlannedElement } from '../../../../src/workloads/imaging/deidentify/action';
import { PROFILE_ROWS, PROFILE_SOURCE, profileRow } from '../../../../src/workloads/imaging/deidentify/profile';
import { SUPPLEMENT } from '../../../../src/workloads/imaging/deidentify/supplement';

const actionOf = (tag: number, vr: string, more: Partial<PlannedElement> = {}) =>
  actionFor({ tag, vr, known: [vr], dummies: false, ...more });

describe('the table of the profile', () => {
  test('is Table E.1-1 whole, of a named edition', () => {
    expect(PROFILE_ROWS.size).toBe(621);
    expect(PROFILE_SOURCE).toBe('DICOM PS3.15 2024e, Table E.1-1');
  });

  test.each([
    [0x00100010, 'PatientName', 'Z', 'empty', false],
    [0x00100020, 'PatientID', 'Z/D', 'dummy', false],
    [0x0020000d, 'StudyInstanceUID', 'U', 'uid', false],
    [0x00080020, 'StudyDate', 'Z', 'empty', true],
    [0x00081070, 'OperatorsName', 'X/Z/D', 'dummy', false],
    [0x00081140, 'ReferencedImageSequence', 'X/Z/U*', 'clean', false],
    [0x00104000, 'PatientComments', 'X', 'remove', false],
  ] as const)('has %i, %s', (tag, keyword, basicProfile, action, modifiedDates) => {
    expect(profileRow(tag)).toEqual({ keyword, basicProfile, action, modifiedDates });
  });

  test('has every curve in one row, data and comments of every overlay, and every private attribute', () => {
    expect(profileRow(0x500a3000)?.keyword).toBe('CurveData');
    expect(profileRow(0x60023000)?.keyword).toBe('OverlayData');
    expect(profileRow(0x60023001)).toBeUndefined();
    expect(profileRow(0x00091001)?.keyword).toBe('PrivateAttributes');
  });

  test('is not said again by the supplement', () => {
    expect([...SUPPLEMENT].filter(([tag]) => profileRow(tag) !== undefined)).toEqual([]);
  });
});

describe('an element that the profile lists', () => {
  test.each([
    [0x00104000, 'LT', 'remove'],
    [0x00080050, 'SH', 'empty'],
    [0x00080080, 'LO', 'dummy'],
    [0x0020000e, 'UI', 'uid'],
    [0x00100030, 'DA', 'empty'],
    [0x00101010, 'AS', 'remove'],
    [0x00080201, 'SH', 'remove'],
    [0x00080092, 'ST', 'remove'],
  ] as const)('%i of VR %s: %s', (tag, vr, kind) => {
    expect(actionOf(tag, vr)).toEqual({ kind });
  });

  test('has its dates moved where the option says so, and becomes of otherwise what the basic profile says', () => {
    expect(actionOf(0x00080020, 'DA')).toEqual({ kind: 'shift', otherwise: { kind: 'empty' } });
    expect(actionOf(0x00080023, 'DA')).toEqual({ kind: 'shift', otherwise: { kind: 'dummy' } });
    expect(actionOf(0x00400244, 'DA')).toEqual({ kind: 'shift', otherwise: { kind: 'remove' } });
  });

  test('and is a sequence to say nothing has all of its contents replaced', () => {
    expect(actionOf(0x0040a730, 'SQ')).toEqual({ kind: 'descend', dummies: true });
    expect(actionOf(0x00080082, 'SQ')).toEqual({ kind: 'descend', dummies: true });
    expect(actionOf(0x00081110, 'SQ')).toEqual({ kind: 'empty' });
    expect(actionOf(0x00081140, 'SQ')).toEqual({ kind: 'descend', dummies: false });
  });
});

describe('an element that the profile does not list', () => {
  test.each([
    [0x00280010, 'US', 'keep'],
    [0x00080060, 'CS', 'keep'],
    [0x00080070, 'LO', 'keep'],
    [0x7fe00010, 'OW', 'keep'],
    [0x00080016, 'UI', 'keep'],
    [0x00209312, 'UI', 'uid'],
    [0x00142006, 'PN', 'dummy'],
    [0x00620006, 'ST', 'dummy'],
    [0x0040a160, 'UT', 'dummy'],
    [0x00081190, 'UR', 'remove'],
    [0x00080120, 'UR', 'keep'],
    [0x00181003, 'LO', 'remove'],
    [0x04000500, 'SQ', 'remove'],
    [0x60000010, 'US', 'remove'],
    [0x00201040, 'LO', 'empty'],
    [0x00420015, 'UL', 'remove'],
    [0x00041220, 'SQ', 'remove'],
  ] as const)('%i of VR %s: %s', (tag, vr, kind) => {
    expect(actionOf(tag, vr)).toEqual({ kind });
  });

  test('has dates moved by its VR, and removed when they are none', () => {
    expect(actionOf(0x00141020, 'DA')).toEqual({ kind: 'shift', otherwise: { kind: 'remove' } });
  });

  test('is gone through when it is a sequence', () => {
    expect(actionOf(0x00081032, 'SQ')).toEqual({ kind: 'descend', dummies: false });
    expect(actionOf(0x00081032, 'SQ', { dummies: true })).toEqual({ kind: 'descend', dummies: true });
  });

  test('in a sequence that is to say nothing has a dummy, but for codes of closed lists', () => {
    expect(actionOf(0x00080104, 'LO', { dummies: true })).toEqual({ kind: 'dummy' });
    expect(actionOf(0x0040a30a, 'DS', { dummies: true })).toEqual({ kind: 'dummy' });
    expect(actionOf(0x0040a040, 'CS', { dummies: true })).toEqual({ kind: 'keep' });
  });
});

describe('what nobody can know to be safe is removed', () => {
  test.each([
    ['a private element', 0x00091001, 'LO', ['LO']],
    ['a private creator', 0x00090010, 'LO', ['LO']],
    ['an element that the dictionary does not know', 0x00080003, 'LO', []],
    ['an element of unknown VR that would be kept', 0x00280010, 'UN', ['US']],
    ['a length of a group', 0x00080000, 'UL', ['UL']],
    ['text where the dictionary has a sequence', 0x00081140, 'LO', ['SQ']],
    ['a sequence where the dictionary has text', 0x00100010, 'SQ', ['PN']],
    ['free text where the dictionary has a code', 0x00080060, 'LT', ['CS']],
  ] as const)('%s', (_, tag, vr, known) => {
    expect(actionOf(tag, vr, { known })).toEqual({ kind: 'remove' });
  });

  test('and what is listed becomes what the list says, whatever VR the file gives it', () => {
    expect(actionOf(0x00100010, 'UN', { known: ['PN'] })).toEqual({ kind: 'empty' });
    expect(actionOf(0x0020000d, 'LO', { known: ['UI'] })).toEqual({ kind: 'uid' });
    expect(actionOf(0x00080023, 'LO', { known: ['DA'] })).toEqual({ kind: 'dummy' });
    expect(actionOf(0x00281052, 'FD', { known: ['DS'] })).toEqual({ kind: 'keep' });
  });
});
