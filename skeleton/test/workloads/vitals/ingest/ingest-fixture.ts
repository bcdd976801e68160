import type { Observation, OperationOutcome, Parameters } from 'fhir/r4';
import { createApiApp } from '../../../../src/runtime/http/api-app';
import type { IngestCounts } from '../../../../src/runtime/http/ingest-observer';
import { StreamWriter } from '../../../../src/runtime/kinesis/put-records';
import { ingestRoutes } from '../../../../src/workloads/vitals/ingest/ingest-routes';
import { decodeRecord } from '../../../../src/workloads/vitals/record';
import { PutRecordsDouble } from '../../../support/put-records-double';

export const NOW = new Date('2026-11-22T12:00:00.000Z');
export const PRINCIPAL = 'arn:aws:sts::111122223333:assumed-role/ward-gateway/session';
export const FHIR_JSON = 'application/fhir+json';
export const HL7_V2 = 'application/hl7-v2';
const RETENTION_DAYS = 90;

/** Ingest over a stream that is a double. */
export function ingestFixture({ patienceMs = 2_000 }: { patienceMs?: number } = {}) {
  const stream = new PutRecordsDouble();
  const counts: IngestCounts[] = [];
  const writer = new StreamWriter({
    client: stream.client,
    streamName: 'events',
    log: { event: () => undefined },
    patienceMs,
  });
  const app = createApiApp(
    ingestRoutes({ writer, observer: (one) => counts.push(one), retentionDays: RETENTION_DAYS, clock: () => NOW }),
    {
      audit: 'none',
      observer: { answered: () => undefined, auditFailed: () => undefined },
      isUnavailable: () => false,
    },
  );
  const post = async (
    path: string,
    body: object | string | Uint8Array,
    contentType: string | null = FHIR_JSON,
    headers: Record<string, string> = {},
  ) => {
    const bytes = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const response = await app.fetch(
      new Request(`https://internal.example${path}`, {
        method: 'POST',
        body: Buffer.from(bytes as string),
        headers: { ...(contentType === null ? {} : { 'Content-Type': contentType }), ...headers },
      }),
      { principal: PRINCIPAL, requestId: 'request-1', baseUrl: 'https://api.example' },
    );
    const text = await response.text();
    return { status: response.status, headers: response.headers, text };
  };
  return { stream, counts, post };
}

export type IngestFixture = ReturnType<typeof ingestFixture>;

/** What a processor makes of the records that the stream has taken. @throws when it would quarantine any of it. */
export function storedBy({ stream }: IngestFixture) {
  return stream.taken.flatMap(({ data, partitionKey }) => {
    const { accepted, rejected } = decodeRecord(Buffer.from(data), NOW, RETENTION_DAYS);
    if (rejected.length > 0) throw new Error(`quarantined: ${rejected.map(({ reason }) => reason).join(', ')}`);
    return accepted.map(({ event }) => {
      if (event.patientId !== partitionKey) throw new Error('the partition key is not the patient');
      return event;
    });
  });
}

/** A heart rate as a ward sends it, unless told otherwise. `undefined` leaves an element out. */
export function heartRate(change: Partial<Observation> | Record<string, unknown> = {}): object {
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [
      {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }],
      },
    ],
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    subject: { reference: 'Patient/p-1' },
    device: { reference: 'Device/monitor-7' },
    effectiveDateTime: '2026-11-22T11:59:00+00:00',
    valueQuantity: { value: 72, unit: 'beats/minute', system: 'http://unitsofmeasure.org', code: '/min' },
    ...change,
  };
}

/** A blood pressure, with these components. */
export function bloodPressure(...components: readonly [string, number, string][]): object {
  return heartRate({
    code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }] },
    valueQuantity: undefined,
    component: components.map(([code, value, unit]) => ({
      code: { coding: [{ system: 'http://loinc.org', code }] },
      valueQuantity: { value, system: 'http://unitsofmeasure.org', code: unit },
    })),
  });
}

/** A batch that asks for each of the resources to be created. */
export function batch(...resources: readonly object[]) {
  return {
    resourceType: 'Bundle',
    type: 'batch',
    entry: resources.map((resource) => ({ resource, request: { method: 'POST', url: 'Observation' } })),
  };
}

/** Places and codes of an OperationOutcome's issues. */
export function placesOf(outcome: unknown): string[] {
  const { resourceType, issue } = outcome as OperationOutcome;
  if (resourceType !== 'OperationOutcome') throw new Error(`expected an OperationOutcome: ${JSON.stringify(outcome)}`);
  return issue.map(({ code, expression, location }) => `${code} ${expression?.[0] ?? location?.[0] ?? ''}`.trim());
}

/** The ids that an answer tells. */
export function idsOf(parameters: unknown): { event: string | undefined; observations: (string | undefined)[] } {
  const { parameter = [] } = parameters as Parameters;
  return {
    event: parameter.find(({ name }) => name === 'event')?.valueUuid,
    observations: parameter
      .filter(({ name }) => name === 'observation')
      .map(({ valueReference }) => valueReference?.reference),
  };
}
