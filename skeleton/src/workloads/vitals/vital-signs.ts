/** Limits of a value in one unit, both included. */
export interface PlausibleRange {
  readonly low: number;
  readonly high: number;
}

/** A vital sign as LOINC names it, with the units that FHIR allows for it. */
export interface VitalSign {
  /** LOINC code, such as `8867-4`. */
  readonly code: string;
  /** LOINC's long common name. */
  readonly display: string;
  /** Legal UCUM units, each with the values that are physically possible. */
  readonly units: Readonly<Record<string, PlausibleRange>>;
  /** Where the limits come from. */
  readonly source: string;
}

const BLOOD_PRESSURE_SOURCE =
  'MacDougall et al. 1985, J Appl Physiol 58:785: 480/350 mmHg in a lift of weights, the most ever measured; 0 in arrest';
const OXYGEN_SATURATION_SOURCE = 'A fraction, in percent';

/**
 * Vital signs that the pipeline stores: the magic codes of FHIR R4's vital signs profile
 * (http://hl7.org/fhir/R4/observation-vitalsigns.html), with the units of its value set, and beside it pulse oximetry and
 * mean blood pressure. Panels (85353-1, 85354-9) are missing, since they carry no value of their own.
 *
 * Ranges tell what cannot be from what is only alarming: a value outside is a fault of the device or of the message, and a
 * value that would be an emergency is inside.
 */
export const VITAL_SIGNS: readonly VitalSign[] = [
  {
    code: '8867-4',
    display: 'Heart rate',
    units: { '/min': { low: 0, high: 600 } },
    source: 'Chhabra et al. 2012, Indian Pacing Electrophysiol J 12:32: 600/min, the most ever reported; 0 in arrest',
  },
  {
    code: '9279-1',
    display: 'Respiratory rate',
    units: { '/min': { low: 0, high: 200 } },
    source: 'Measuring range of bedside monitors by impedance, with a margin; 0 in apnoea',
  },
  {
    code: '2708-6',
    display: 'Oxygen saturation in Arterial blood',
    units: { '%': { low: 0, high: 100 } },
    source: OXYGEN_SATURATION_SOURCE,
  },
  {
    code: '59408-5',
    display: 'Oxygen saturation in Arterial blood by Pulse oximetry',
    units: { '%': { low: 0, high: 100 } },
    source: OXYGEN_SATURATION_SOURCE,
  },
  {
    code: '8310-5',
    display: 'Body temperature',
    units: { Cel: { low: 10, high: 50 }, '[degF]': { low: 50, high: 122 } },
    source: 'Survived: 11.8 Cel (a child, Poland 2014) and 46.5 Cel (Guinness World Records, 1980)',
  },
  {
    code: '8480-6',
    display: 'Systolic blood pressure',
    units: { 'mm[Hg]': { low: 0, high: 500 } },
    source: BLOOD_PRESSURE_SOURCE,
  },
  {
    code: '8462-4',
    display: 'Diastolic blood pressure',
    units: { 'mm[Hg]': { low: 0, high: 500 } },
    source: BLOOD_PRESSURE_SOURCE,
  },
  {
    code: '8478-0',
    display: 'Mean blood pressure',
    units: { 'mm[Hg]': { low: 0, high: 500 } },
    source: BLOOD_PRESSURE_SOURCE,
  },
  {
    code: '8302-2',
    display: 'Body height',
    units: { cm: { low: 15, high: 300 }, '[in_i]': { low: 6, high: 118 } },
    source: 'Guinness World Records: 272 cm, the tallest; the length of a premature newborn',
  },
  {
    code: '9843-4',
    display: 'Head Occipital-frontal circumference',
    units: { cm: { low: 10, high: 150 }, '[in_i]': { low: 4, high: 59 } },
    source: 'A premature newborn; severe hydrocephalus, with a margin',
  },
  {
    code: '29463-7',
    display: 'Body weight',
    units: {
      kg: { low: 0.1, high: 700 },
      g: { low: 100, high: 700_000 },
      '[lb_av]': { low: 0.2, high: 1_544 },
    },
    source: 'Guinness World Records: 635 kg, the heaviest; 212 g, the lightest newborn that survived',
  },
  {
    code: '39156-5',
    display: 'Body mass index (BMI) [Ratio]',
    units: { 'kg/m2': { low: 1, high: 300 } },
    source: 'Guinness World Records: 186 kg/m2 follows from the heaviest person; a premature newborn',
  },
];

const BY_CODE: ReadonlyMap<string, VitalSign> = new Map(VITAL_SIGNS.map((vitalSign) => [vitalSign.code, vitalSign]));

/** The vital sign with this LOINC code; `undefined` when the pipeline does not know it. */
export function vitalSignByCode(code: string): VitalSign | undefined {
  return BY_CODE.get(code);
}
