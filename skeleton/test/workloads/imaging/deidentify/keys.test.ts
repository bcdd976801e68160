import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { createKeys, type PatientKey } from '../../../../src/workloads/imaging/deidentify/keys';

const ROOT = randomBytes(32);
const keys = createKeys(ROOT);
const PATIENT: PatientKey = { hospitalId: 1, issuer: '', patientId: '4711' };

describe('the replacement of a UID', () => {
  test('is a UID made from a UUID: 2.25., no leading zero, 44 characters at most', () => {
    fc.assert(
      fc.property(fc.string(), (original) => {
        expect(keys.uid(original, 1)).toMatch(/^2\.25\.[1-9]\d{0,38}$/);
      }),
    );
  });

  test('holds a UUID of version 8, variant 10', () => {
    const hex = BigInt(keys.uid('1.2.3', 1).slice('2.25.'.length)).toString(16).padStart(32, '0');
    expect(hex.charAt(12)).toBe('8');
    expect('89ab').toContain(hex.charAt(16));
  });

  test('is the same for the same UID, another one for another UID', () => {
    expect(createKeys(ROOT).uid('1.2.3', 1)).toBe(keys.uid('1.2.3', 1));
    expect(keys.uid('1.2.4', 1)).not.toBe(keys.uid('1.2.3', 1));
  });

  test('is another one in another hospital', () => {
    expect(keys.uid('1.2.3', 2)).not.toBe(keys.uid('1.2.3', 1));
  });

  test('cannot be made without the root', () => {
    expect(createKeys(randomBytes(32)).uid('1.2.3', 1)).not.toBe(keys.uid('1.2.3', 1));
  });
});

describe('the shift of dates', () => {
  test('is one to 365 days back, and takes all of these values', () => {
    const shifts = new Set(
      Array.from({ length: 5000 }, (_, number) => keys.dayShift({ ...PATIENT, patientId: String(number) })),
    );
    expect([Math.min(...shifts), Math.max(...shifts)]).toEqual([-365, -1]);
    expect(shifts.size).toBe(365);
  });

  test('is a patient’s own: of one hospital and one issuer of numbers', () => {
    const many = Array.from({ length: 20 }, (_, number) => String(number));
    const shiftsOf = (of: (patientId: string) => PatientKey) => many.map((id) => keys.dayShift(of(id)));
    const here = shiftsOf((patientId) => ({ ...PATIENT, patientId }));
    expect(shiftsOf((patientId) => ({ ...PATIENT, patientId }))).toEqual(here);
    expect(shiftsOf((patientId) => ({ ...PATIENT, patientId, hospitalId: 2 }))).not.toEqual(here);
    expect(shiftsOf((patientId) => ({ ...PATIENT, patientId, issuer: 'other' }))).not.toEqual(here);
  });
});

describe('the pseudonym', () => {
  test('is one patient’s: no two share one, however their numbers and issuers are put together', () => {
    expect(keys.pseudonym({ hospitalId: 1, issuer: 'a:1:b', patientId: 'c' })).not.toBe(
      keys.pseudonym({ hospitalId: 1, issuer: 'a', patientId: '1:b:c' }),
    );
    expect(keys.pseudonym({ ...PATIENT, hospitalId: 2 })).not.toBe(keys.pseudonym(PATIENT));
    expect(createKeys(ROOT).pseudonym(PATIENT)).toBe(keys.pseudonym(PATIENT));
  });

  test('is letters and digits, legal as Patient ID and as a name', () => {
    expect(keys.pseudonym(PATIENT)).toMatch(/^DE[0-9A-F]{16}$/);
  });
});

test('a root that is too short to be a secret is refused', () => {
  expect(() => createKeys(randomBytes(31))).toThrow('31 bytes; 32 are the least');
});
