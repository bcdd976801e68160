import type { Bundle, CapabilityStatement, Observation, OperationOutcome } from 'fhir/r4';
import type { Hono } from 'hono';
import type { AnsweredRequest } from '../../../../src/runtime/http/api-app';
import type { Queryable } from '../../../../src/runtime/http/queryable';
import type { ApiEnvironment, RequestFacts } from '../../../../src/runtime/http/route';
import { createApi } from '../../../../src/workloads/vitals/api/create-api';
import type { LatestReadings } from '../../../../src/workloads/vitals/latest-readings';
import { createTestDatabase, type TestDatabase } from '../../../support/test-database';

export const BASE_URL = 'https://api.hospital.example/prod';
export const PRINCIPAL = 'arn:aws:sts::111122223333:assumed-role/ward-dashboard/session';
const DAY_MS = 86_400_000;

/** Noon of yesterday (UTC): readings around it lie in partitions that retention leaves alone. */
export const NOON = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2);

/** A reading to store; what is left out is filled in. */
export interface StoredReading {
  readonly patientId: string;
  readonly code: string;
  /** ISO 8601 with as many decimals as wanted. */
  readonly observedAt: string;
  readonly eventId: string;
  readonly deviceId: string;
  readonly value: number;
  readonly unit: string;
}

export function reading(change: Partial<StoredReading> = {}): StoredReading {
  return {
    patientId: 'p-1',
    code: '8867-4',
    observedAt: NOON.toISOString(),
    eventId: crypto.randomUUID(),
    deviceId: 'monitor-7',
    value: 72,
    unit: '/min',
    ...change,
  };
}

/** ISO text of so many seconds after noon. */
export function at(secondsAfterNoon: number): string {
  return new Date(NOON.getTime() + secondsAfterNoon * 1000).toISOString();
}

export type Body = Bundle<Observation | OperationOutcome> | OperationOutcome | CapabilityStatement;

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

export interface AuditRow {
  readonly request_id: string;
  readonly principal: string;
  readonly action: string;
  readonly resource_type: string;
  readonly patient_id: string | null;
  readonly query: string;
  readonly outcome: string;
  readonly status: number;
  readonly returned: number;
}

/** The API over a database of its own. */
export class ApiFixture {
  static async start(): Promise<ApiFixture> {
    const database = await createTestDatabase({ workload: 'vitals' });
    return new ApiFixture(database, database.pool('pipeline_api', { connectionsMax: 2 }));
  }

  readonly answered: AnsweredRequest[] = [];
  readonly auditFailures: unknown[] = [];

  private constructor(
    readonly database: TestDatabase,
    /** Connections as the API has them. */
    readonly connections: Queryable,
  ) {}

  async stop(): Promise<void> {
    await this.database.drop();
  }

  /** The application, with other connections where given. */
  app(
    connections: { reader?: Queryable; writer?: Queryable; latestReadings?: LatestReadings } = {},
  ): Hono<ApiEnvironment> {
    return createApi({
      reader: connections.reader ?? this.connections,
      writer: connections.writer ?? this.connections,
      latestReadings: connections.latestReadings,
      observer: {
        answered: (request) => this.answered.push(request),
        auditFailed: (_requestId, error) => this.auditFailures.push(error),
      },
    });
  }

  async get(
    pathAndQuery: string,
    change: Partial<RequestFacts> = {},
    init: RequestInit = {},
    app = this.app(),
  ): Promise<Answered> {
    const facts: RequestFacts = { principal: PRINCIPAL, requestId: crypto.randomUUID(), baseUrl: BASE_URL, ...change };
    const url = pathAndQuery.startsWith(BASE_URL) ? pathAndQuery.slice(BASE_URL.length) : pathAndQuery;
    const response = await app.fetch(new Request(`https://lambda.example${url}`, init), facts);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: text === '' ? ({} as Body) : (JSON.parse(text) as Body),
    };
  }

  async store(readings: readonly StoredReading[]): Promise<void> {
    const days = [...new Set(readings.map(({ observedAt }) => observedAt.slice(0, 10)))];
    await this.database.owner.query('SELECT ensure_vital_sign_partition(day) FROM unnest($1::date[]) AS day', [days]);
    const column = <Key extends keyof StoredReading>(key: Key) => readings.map((one) => one[key]);
    await this.database.owner.query(
      `INSERT INTO vital_sign (patient_id, code, observed_at, event_id, device_id, value, unit)
       SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::uuid[], $5::text[], $6::float8[], $7::text[])`,
      [
        column('patientId'),
        column('code'),
        column('observedAt'),
        column('eventId'),
        column('deviceId'),
        column('value'),
        column('unit'),
      ],
    );
  }

  async audit(): Promise<AuditRow[]> {
    const { rows } = await this.database.owner.query<AuditRow>('SELECT * FROM access_audit ORDER BY occurred_at');
    return rows;
  }
}

/** The resources of a Bundle's entries of one mode. */
export function entries(body: Body, mode: 'match' | 'outcome' = 'match'): (Observation | OperationOutcome)[] {
  if (body.resourceType !== 'Bundle') throw new Error(`expected a Bundle, got ${JSON.stringify(body)}`);
  return (body.entry ?? []).flatMap(({ resource, search }) => (resource && search?.mode === mode ? [resource] : []));
}

export function observations(body: Body): Observation[] {
  return entries(body).flatMap((resource) => (resource.resourceType === 'Observation' ? [resource] : []));
}

export function link(body: Body, relation: 'self' | 'next'): string | undefined {
  return body.resourceType === 'Bundle' ? body.link?.find((one) => one.relation === relation)?.url : undefined;
}

/** The parameters that an OperationOutcome names, with what it says of them. */
export function faults(body: Body): Record<string, string> {
  if (body.resourceType !== 'OperationOutcome') {
    throw new Error(`expected an OperationOutcome, got ${body.resourceType}`);
  }
  return Object.fromEntries(
    body.issue.map((issue) => [issue.location?.[0]?.replace(/^http\./, '') ?? '', issue.diagnostics ?? '']),
  );
}
