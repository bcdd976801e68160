import { randomUUID } from 'node:crypto';
import type { Bundle, OperationOutcome, Parameters } from 'fhir/r4';
import { readingOf } from './support/reading';
import { VitalsPipeline } from './support/vitals-pipeline';
import type { ApiAnswer } from '../../support/api-client';

const FHIR_JSON = 'application/fhir+json';
const HL7_V2 = 'application/hl7-v2';

function heartRate(patient: string, value: number, observedAt: Date, change: object = {}): object {
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    subject: { reference: `Patient/${patient}` },
    device: { reference: 'Device/integration-suite' },
    effectiveDateTime: observedAt.toISOString(),
    valueQuantity: { value, system: 'http://unitsofmeasure.org', code: '/min' },
    ...change,
  };
}

function batch(...resources: readonly object[]): object {
  const entry = resources.map((resource) => ({ resource, request: { method: 'POST', url: 'Observation' } }));
  return { resourceType: 'Bundle', type: 'batch', entry };
}

/** A message of one OBR with these OBX, each as code, value and unit. */
function oru(patient: string, observedAt: Date, values: readonly (readonly [string, number, string])[]): string {
  const time = `${observedAt.toISOString().replace(/[-:TZ]/g, '')}+0000`;
  const segments = [
    `MSH|^~\\&|SUITE|TEST|||${time}||ORU^R01^ORU_R01|${randomUUID().slice(0, 20)}|P|2.6||||||UNICODE UTF-8`,
    `PID|1||${patient}^^^TEST^MR`,
    `OBR|1||||||${time}`,
    ...values.map(
      ([code, value, unit], index) =>
        `OBX|${index + 1}|NM|${code}||${value}|${unit}|||||F|||${time}||||integration-suite`,
    ),
  ];
  return `${segments.join('\r')}\r`;
}

/** Ids of Observations that an answer tells. */
function idsOf(parameters: unknown): string[] {
  const { parameter = [] } = parameters as Parameters;
  return parameter.flatMap(({ valueReference }) => valueReference?.reference?.replace('Observation/', '') ?? []);
}

function placesOf(answer: ApiAnswer): (string | undefined)[] {
  return (answer.body as OperationOutcome).issue.map(({ expression }) => expression?.[0]);
}

describe('what comes in through the API', () => {
  const pipeline = new VitalsPipeline();
  const now = new Date();
  const secondsAgo = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
  afterAll(() => pipeline.close());

  /** Sends a last event behind the others: once it shows, whatever came before it in the shard was handled. */
  async function heartRatesAfterSentinel(patient: string) {
    const sentinel = {
      code: { coding: [{ system: 'http://loinc.org', code: '9279-1' }] },
      valueQuantity: { value: 16, system: 'http://unitsofmeasure.org', code: '/min' },
    };
    await pipeline.api.post('Observation', FHIR_JSON, JSON.stringify(heartRate(patient, 0, new Date(), sentinel)));
    await pipeline.arrived({ patient, code: '9279-1' }, 1);
    return pipeline.observations({ patient, code: '8867-4' });
  }

  test('as an Observation is found under the id of the answer', async () => {
    const patient = pipeline.patient('observation');
    const answer = await pipeline.api.post(
      'Observation',
      FHIR_JSON,
      JSON.stringify(heartRate(patient, 61, secondsAgo(5))),
    );

    expect(answer.status).toBe(202);
    const [found] = await pipeline.arrived({ patient }, 1);
    expect([found?.id]).toEqual(idsOf(answer.body));
    expect(found && readingOf(found)).toEqual({
      patientId: patient,
      deviceId: 'integration-suite',
      code: '8867-4',
      value: 61,
      unit: '/min',
      observedAtMs: secondsAgo(5).getTime(),
    });
  });

  test('as a batch is found, each entry under its own id, and what was wrong in it is not', async () => {
    const [one, other] = [pipeline.patient('batch-one'), pipeline.patient('batch-other')];
    const answer = await pipeline.api.post(
      '',
      FHIR_JSON,
      JSON.stringify(
        batch(
          heartRate(one, 62, secondsAgo(5)),
          heartRate(other, 63, secondsAgo(4), { subject: undefined }),
          heartRate(other, 64, secondsAgo(3)),
        ),
      ),
    );

    expect(answer.status).toBe(202);
    const entries = (answer.body as Bundle).entry ?? [];
    expect(entries.map(({ response }) => response?.status.slice(0, 3))).toEqual(['202', '422', '202']);
    expect((entries[1]?.response?.outcome as OperationOutcome).issue[0]?.expression).toEqual([
      'Bundle.entry[1].resource.subject',
    ]);
    const found = [
      ...(await pipeline.arrived({ patient: one }, 1)),
      ...(await pipeline.arrived({ patient: other }, 1)),
    ];
    expect(found.map(({ id }) => id)).toEqual([...idsOf(entries[0]?.resource), ...idsOf(entries[2]?.resource)]);
    expect(found.map((observation) => readingOf(observation).value)).toEqual([62, 64]);
  });

  test('as an HL7 v2 message is acknowledged and found', async () => {
    const patient = pipeline.patient('hl7');
    const values = [
      ['8867-4^Heart rate^LN', 65, '/min^^UCUM'],
      ['150456^MDC_PULS_OXIM_SAT_O2^MDC', 98, '262688^MDC_DIM_PERCENT^MDC'],
    ] as const;
    const { status, contentType, text } = await pipeline.api.postText('', HL7_V2, oru(patient, secondsAgo(5), values));

    expect([status, contentType]).toEqual([202, expect.stringContaining(HL7_V2)]);
    expect(text).toMatch(/\rMSA\|AA\|/);
    const found = (await pipeline.arrived({ patient }, 2)).map(readingOf);
    expect(found.map(({ code, value, unit }) => [code, value, unit]).sort()).toEqual([
      ['59408-5', 98, '%'],
      ['8867-4', 65, '/min'],
    ]);
    expect(new Set(found.map(({ observedAtMs }) => observedAtMs))).toEqual(new Set([secondsAgo(5).getTime()]));
  });

  test('and is sent again is stored once, by each of the three ways', async () => {
    const patient = pipeline.patient('again');
    const single = JSON.stringify(heartRate(patient, 66, secondsAgo(9)));
    const many = JSON.stringify(batch(heartRate(patient, 67, secondsAgo(8)), heartRate(patient, 68, secondsAgo(7))));
    const message = oru(patient, secondsAgo(6), [['8867-4^^LN', 69, '/min']]);
    for (let time = 0; time < 2; time += 1) {
      expect((await pipeline.api.post('Observation', FHIR_JSON, single)).status).toBe(202);
      expect((await pipeline.api.post('', FHIR_JSON, many)).status).toBe(202);
      expect((await pipeline.api.postText('', HL7_V2, message)).status).toBe(202);
      if (time === 0) await pipeline.arrived({ patient }, 4);
    }

    const values = (await heartRatesAfterSentinel(patient)).map((observation) => readingOf(observation).value);
    expect(values).toEqual([69, 68, 67, 66]);
  });

  test('and is wrong is refused with its place, and nothing of it is stored', async () => {
    const patient = pipeline.patient('wrong');
    const kilopascal = { value: 70, system: 'http://unitsofmeasure.org', code: 'kPa' };
    const wrong = JSON.stringify(heartRate(patient, 70, secondsAgo(5), { valueQuantity: kilopascal }));
    const refused = await pipeline.api.post('Observation', FHIR_JSON, wrong);
    expect([refused.status, placesOf(refused)]).toEqual([422, ['Observation.valueQuantity.code']]);

    const tooMany = batch(...Array.from({ length: 10_000 }, () => ({})));
    expect((await pipeline.api.post('', FHIR_JSON, JSON.stringify(tooMany))).status).toBe(413);

    const message = oru(patient, secondsAgo(5), [
      ['8867-4^^LN', 70, '/min'],
      ['59408-5^^LN', 970, '%'],
    ]);
    const negative = await pipeline.api.postText('', HL7_V2, message);
    expect(negative.status).toBe(422);
    expect(negative.text).toMatch(/\rMSA\|AE\|/);
    expect(negative.text).toMatch(/\rERR\|\|OBX\^2\^5\|102\^/);

    const latin1 = Buffer.from(
      oru(patient, secondsAgo(5), [['8867-4^^LN', 70, '/min']]).replace('^^^TEST', '^^^TÜV'),
      'latin1',
    );
    const rejected = await pipeline.api.postText('', HL7_V2, latin1);
    expect(rejected.status).toBe(400);
    expect(rejected.text).toMatch(/\rMSA\|AR\|/);
    expect(rejected.text).toMatch(/\rERR\|\|PID\^1\^3\|/);

    expect(await heartRatesAfterSentinel(patient)).toEqual([]);
  });

  test('is offered by the CapabilityStatement', async () => {
    const { body } = await pipeline.api.get('metadata');
    expect(body).toMatchObject({
      rest: [
        {
          interaction: [{ code: 'batch' }],
          resource: [
            { type: 'Observation', interaction: expect.arrayContaining([expect.objectContaining({ code: 'create' })]) },
          ],
        },
      ],
    });
  });
});
