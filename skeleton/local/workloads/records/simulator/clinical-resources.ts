import type { Bundle, Condition, DiagnosticReport, DocumentReference, Observation, Reference } from 'fhir/r4';
import type { Random } from '../../../simulator/random';

/** What a resource is about. */
export interface Subject {
  readonly patientId: string;
  readonly encounterId: string;
  /** When it is observed, noted or written, milliseconds since 1970. */
  readonly atMs: number;
}

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';

interface Test {
  readonly code: string;
  readonly display: string;
  readonly mean: number;
  readonly deviation: number;
  readonly unit: string;
}

/** Tests of a chemistry laboratory with adults' usual values, by LOINC. */
const TESTS: readonly [Test, ...Test[]] = [
  { code: '2951-2', display: 'Sodium', mean: 140, deviation: 2.5, unit: 'mmol/L' },
  { code: '2823-3', display: 'Potassium', mean: 4.2, deviation: 0.35, unit: 'mmol/L' },
  { code: '2160-0', display: 'Creatinine', mean: 0.9, deviation: 0.2, unit: 'mg/dL' },
  { code: '1988-5', display: 'C reactive protein', mean: 12, deviation: 5, unit: 'mg/L' },
];

interface Finding {
  readonly code: string;
  readonly display: string;
}

/** Findings by SNOMED CT. */
const FINDINGS: readonly [Finding, ...Finding[]] = [
  { code: '38341003', display: 'Hypertensive disorder' },
  { code: '44054006', display: 'Type 2 diabetes mellitus' },
  { code: '195967001', display: 'Asthma' },
  { code: '233604007', display: 'Pneumonia' },
];

/** One value of the laboratory, with the time at which its system wrote it. */
export function observation(subject: Subject, random: Random): Observation {
  return {
    resourceType: 'Observation',
    id: random.uuid(),
    meta: { lastUpdated: timeOf(subject) },
    ...result(random.pick(TESTS), subject, random),
  };
}

/** A diagnosis. */
export function condition(subject: Subject, random: Random): Condition {
  const { code, display } = random.pick(FINDINGS);
  return {
    resourceType: 'Condition',
    id: random.uuid(),
    meta: { lastUpdated: timeOf(subject) },
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
    },
    code: { coding: [{ system: 'http://snomed.info/sct', code, display }] },
    ...about(subject),
    recordedDate: timeOf(subject),
  };
}

/** A discharge letter. */
export function documentReference(subject: Subject, random: Random): DocumentReference {
  const { subject: patient, encounter } = about(subject);
  return {
    resourceType: 'DocumentReference',
    id: random.uuid(),
    meta: { lastUpdated: timeOf(subject) },
    status: 'current',
    type: { coding: [{ system: LOINC, code: '18842-5', display: 'Discharge summary' }] },
    subject: patient,
    context: { encounter: [encounter] },
    date: timeOf(subject),
    content: [
      {
        attachment: {
          contentType: 'text/plain',
          data: Buffer.from('A letter of the demo, about nobody.').toString('base64'),
        },
      },
    ],
  };
}

/** A transaction of a DiagnosticReport and its Observations, which refer to each other by the places that they do not have yet. */
export function reportBundle(subject: Subject, random: Random): Bundle<DiagnosticReport | Observation> {
  const results = TESTS.map((test) => ({ fullUrl: `urn:uuid:${random.uuid()}`, test }));
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        fullUrl: `urn:uuid:${random.uuid()}`,
        resource: {
          resourceType: 'DiagnosticReport',
          status: 'final',
          code: { coding: [{ system: LOINC, code: '24323-8', display: 'Comprehensive metabolic panel' }] },
          ...about(subject),
          effectiveDateTime: timeOf(subject),
          issued: timeOf(subject),
          result: results.map(({ fullUrl }) => ({ reference: fullUrl })),
        },
        request: { method: 'POST', url: 'DiagnosticReport' },
      },
      ...results.map(({ fullUrl, test }) => ({
        fullUrl,
        resource: { resourceType: 'Observation' as const, ...result(test, subject, random) },
        request: { method: 'POST' as const, url: 'Observation' },
      })),
    ],
  };
}

function result(
  { code, display, mean, deviation, unit }: Test,
  subject: Subject,
  random: Random,
): Omit<Observation, 'resourceType'> {
  return {
    status: 'final',
    code: { coding: [{ system: LOINC, code, display }] },
    ...about(subject),
    effectiveDateTime: timeOf(subject),
    valueQuantity: {
      value: Math.max(0.1, Math.round(random.normal(mean, deviation) * 100) / 100),
      unit,
      system: UCUM,
      code: unit,
    },
  };
}

function about({ patientId, encounterId }: Subject): { readonly subject: Reference; readonly encounter: Reference } {
  return { subject: { reference: `Patient/${patientId}` }, encounter: { reference: `Encounter/${encounterId}` } };
}

function timeOf({ atMs }: Subject): string {
  return new Date(atMs).toISOString();
}
