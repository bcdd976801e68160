import type { OperationOutcome, Parameters } from 'fhir/r4';
import { createApiApp } from '../../../../src/runtime/http/api-app';
import type { IngestCounts } from '../../../../src/runtime/http/ingest-observer';
import { StreamWriter } from '../../../../src/runtime/kinesis/put-records';
import { recordDecoder } from '../../../../src/workloads/records/decode/decoder';
import { decodeHl7 } from '../../../../src/workloads/records/hl7/decode-hl7';
import { ingestRoutes } from '../../../../src/workloads/records/ingest/ingest-routes';
import type { RecordEvent } from '../../../../src/workloads/records/record-event';
import { PutRecordsDouble } from '../../../support/put-records-double';
import { NOW } from '../hl7/adt-messages';

export const PRINCIPAL = 'arn:aws:sts::111122223333:assumed-role/patient-administration/session';
export const FHIR_JSON = 'application/fhir+json';
export const HL7_V2 = 'application/hl7-v2';
const RESOURCE_TYPES = ['Patient', 'Encounter', 'Observation'] as const;

/** Ingest over a stream that is a double. */
export function ingestFixture({ patienceMs = 2_000 }: { patienceMs?: number } = {}) {
  const stream = new PutRecordsDouble();
  const counts: IngestCounts[] = [];
  const writer = new StreamWriter({
    client: stream.client,
    streamName: 'records',
    log: { event: () => undefined },
    patienceMs,
  });
  const observer = (one: IngestCounts) => counts.push(one);
  const routes = ingestRoutes({ writer, observer, clock: () => NOW, resourceTypes: RESOURCE_TYPES });
  const app = createApiApp(routes, {
    audit: 'none',
    observer: { answered: () => undefined, auditFailed: () => undefined },
    isUnavailable: () => false,
  });
  const send = async (
    request: string,
    body: object | string | Uint8Array,
    contentType: string = FHIR_JSON,
    headers: Record<string, string> = {},
  ) => {
    const [method = '', path = ''] = request.split(' ');
    const bytes = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const response = await app.fetch(
      new Request(`https://internal.example${path}`, {
        method,
        body: Buffer.from(bytes as string),
        headers: { 'Content-Type': contentType, ...headers },
      }),
      { principal: PRINCIPAL, requestId: 'request-1', baseUrl: 'https://api.example' },
    );
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { stream, counts, send };
}

export type IngestFixture = ReturnType<typeof ingestFixture>;

const decoder = recordDecoder({ resourceTypes: RESOURCE_TYPES, decodeHl7 });

/** What a processor makes of the records that the stream has taken. @throws when it would quarantine any of it. */
export function storedBy({ stream }: IngestFixture): { readonly partitionKey: string; readonly event: RecordEvent }[] {
  return stream.taken.flatMap(({ bytes, partitionKey }) => {
    const { accepted, rejected } = decoder.decodeRecord(bytes, NOW);
    if (rejected.length > 0) throw new Error(`quarantined: ${rejected.map(({ reason }) => reason).join(', ')}`);
    return accepted.map(({ event }) => ({ partitionKey, event }));
  });
}

/** References to what a processor would store. */
export function referencesOf(fixture: IngestFixture): string[] {
  return storedBy(fixture).flatMap(({ event }) =>
    event.changes.map((one) => (one.kind === 'merge' ? one.survivingId : `${one.resourceType}/${one.resourceId}`)),
  );
}

/** Places and codes of an OperationOutcome's issues. */
export function placesOf(text: string): string[] {
  const { resourceType, issue } = JSON.parse(text) as OperationOutcome;
  if (resourceType !== 'OperationOutcome') throw new Error(`expected an OperationOutcome: ${text}`);
  return issue.map(({ code, expression, location }) => `${code} ${expression?.[0] ?? location?.[0] ?? ''}`.trim());
}

/** The ids that an answer tells of one resource. */
export function idsOf(text: string): { event: string | undefined; resources: (string | undefined)[] } {
  const { parameter = [] } = JSON.parse(text) as Parameters;
  return {
    event: parameter.find(({ name }) => name === 'event')?.valueUuid,
    resources: parameter.filter(({ name }) => name === 'resource').map((one) => one.valueReference?.reference),
  };
}

export const PATIENT = { resourceType: 'Patient', id: 'p-1', gender: 'female', birthDate: '1980-02-29' };

/** With the digits that were measured. */
export const OBSERVATION =
  '{"resourceType":"Observation","id":"o-1","status":"final","code":{"text":"potassium"},' +
  '"subject":{"reference":"Patient/p-1"},"valueQuantity":{"value":4.10}}';

export function transaction(...entries: readonly object[]) {
  return { resourceType: 'Bundle', type: 'transaction', entry: entries };
}

export const put = (resource: { readonly resourceType: string; readonly id: string }) => ({
  resource,
  request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
});
