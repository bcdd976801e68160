import { randomUUID } from 'node:crypto';
import { type ObservedReading, readingOf } from './support/reading';
import { VitalsPipeline } from './support/vitals-pipeline';
import { exampleEvents } from '../../../local/workloads/vitals/hl7/example-events';
import { isLegalVitalSign } from '../../../local/workloads/vitals/vital-sign-units';

describe("HL7's example vital signs", () => {
  const pipeline = new VitalsPipeline();
  const { events, skipped } = exampleEvents({
    isLegal: isLegalVitalSign,
    lastObservedAtMs: Date.now(),
    idPrefix: pipeline.idPrefix,
    seed: randomUUID(),
  });
  const sent: ObservedReading[] = events.flatMap(({ event }) =>
    event.measurements.map((measurement) => ({
      patientId: event.patientId,
      deviceId: event.deviceId,
      ...measurement,
      observedAtMs: Date.parse(event.observedAt),
    })),
  );
  const sorted = (readings: readonly ObservedReading[]) =>
    [...readings].sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other), 'en'));

  beforeAll(async () => {
    await pipeline.sendEvents(events.map(({ event }) => event));
  });
  afterAll(() => pipeline.close());

  test('come out of the API with the patient, device, value, unit and time that went into the stream', async () => {
    const patients = [...new Set(sent.map(({ patientId }) => patientId))];
    const found: ObservedReading[] = [];
    for (const patient of patients) {
      const expected = sent.filter(({ patientId }) => patientId === patient);
      found.push(...(await pipeline.arrived({ patient: patient ?? '' }, expected.length)).map(readingOf));
    }

    expect(sorted(found)).toEqual(sorted(sent));
  });

  test('cover every kind of vital sign that HL7 gives an example of', () => {
    const codes = new Set(sent.map(({ code }) => code));

    expect([...codes].sort()).toEqual(
      [
        '2708-6', // oxygen saturation
        '29463-7', // weight
        '39156-5', // body mass index
        '8302-2', // height
        '8310-5', // temperature
        '8462-4', // diastolic pressure
        '8478-0', // mean pressure
        '8480-6', // systolic pressure
        '8867-4', // heart rate
        '9279-1', // respiratory rate
        '9843-4', // head circumference
      ].sort(),
    );
    expect(skipped.length).toBeGreaterThan(0);
  });

  test('show a blood pressure as two Observations of one moment', async () => {
    const example = events.find(({ file }) => file === 'Observation-blood-pressure.json')?.event;
    const found = await pipeline.arrived(
      { patient: example?.patientId ?? '', code: '8480-6,8462-4', date: example?.observedAt ?? '' },
      2,
    );

    expect(
      found
        .map(readingOf)
        .map(({ code, value, unit }) => [code, value, unit])
        .sort(),
    ).toEqual([
      ['8462-4', 60, 'mm[Hg]'],
      ['8480-6', 107, 'mm[Hg]'],
    ]);
  });

  test('are final vital signs by the FHIR profile', async () => {
    const [observation] = await pipeline.arrived({ patient: sent[0]?.patientId ?? '', _count: '1' }, 1);

    expect(observation).toMatchObject({
      resourceType: 'Observation',
      status: 'final',
      category: [
        { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
      ],
      valueQuantity: { system: 'http://unitsofmeasure.org' },
    });
  });
});
