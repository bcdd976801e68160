import type { Bundle, CapabilityStatement, OperationOutcome, Resource } from 'fhir/r4';
import type { Hono } from 'hono';
import type { R4ResourceType } from '../../../../src/fhir-r4-types';
import { RECORD_RESOURCE_TYPES } from '../../../../src/fhir-r4-types';
import { type AnsweredRequest, type ApiObserver, createApiApp } from '../../../../src/runtime/http/api-app';
import { PostgresAccessAudit } from '../../../../src/runtime/http/postgres-access-audit';
import { isUnavailable, type Queryable } from '../../../../src/runtime/http/queryable';
import type { ApiEnvironment, RequestFacts } from '../../../../src/runtime/http/route';
import { storeStatement } from '../../../../src/runtime/kinesis/commit-statement';
import { createApi } from '../../../../src/workloads/records/api/create-api';
import { auditRoutes } from '../../../../src/workloads/records/audit/audit-routes';
import type { RecordChange } from '../../../../src/workloads/records/record-event';
import { RECORD_STORAGE } from '../../../../src/workloads/records/store';
import { createTestDatabase, type TestDatabase } from '../../../support/test-database';
import { merge, removal, submission, write } from '../store/records-events';

export const BASE_URL = 'https://api.hospital.example/prod';
export const PRINCIPAL = 'arn:aws:sts::111122223333:assumed-role/ward-dashboard/session';
/** The ten that every pipeline keeps, and one more. */
export const TYPES: readonly R4ResourceType[] = [...RECORD_RESOURCE_TYPES, 'Practitioner'];

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Resource;
}

export interface AuditRow {
  readonly access_id: string;
  readonly occurred_at: Date;
  readonly request_id: string;
  readonly principal: string;
  readonly action: string;
  readonly resource_type: string;
  readonly resource_id: string | null;
  readonly patient_id: string | null;
  readonly query: string;
  readonly outcome: string;
  readonly status: number;
  readonly returned: number;
}

/** A resource to store: as an object, or as text where its digits matter. */
export type Storable =
  string | { readonly resourceType: string; readonly id: string; readonly [element: string]: unknown };

/** The records API, and that of the trail, over a database of its own. */
export class RecordsFixture {
  static async start(): Promise<RecordsFixture> {
    const database = await createTestDatabase({ workload: 'records' });
    return new RecordsFixture(
      database,
      database.pool('pipeline_api', { connectionsMax: 2 }),
      database.pool('pipeline_auditor', { connectionsMax: 1 }),
    );
  }

  readonly answered: AnsweredRequest[] = [];
  readonly auditFailures: unknown[] = [];
  private readonly observer: ApiObserver = {
    answered: (request) => this.answered.push(request),
    auditFailed: (_requestId, error) => this.auditFailures.push(error),
  };

  private constructor(
    readonly database: TestDatabase,
    /** Connections as the API has them. */
    readonly connections: Queryable,
    /** Connections as the function of the trail has them. */
    readonly auditor: Queryable,
  ) {}

  async stop(): Promise<void> {
    await this.database.drop();
  }

  app(connections: { reader?: Queryable; writer?: Queryable } = {}): Hono<ApiEnvironment> {
    return createApi({
      reader: connections.reader ?? this.connections,
      writer: connections.writer ?? this.connections,
      observer: this.observer,
      resourceTypes: TYPES,
    });
  }

  auditApp(auditor: Queryable = this.auditor): Hono<ApiEnvironment> {
    return createApiApp(auditRoutes({ auditor, observer: 'records-test' }), {
      audit: new PostgresAccessAudit(auditor),
      observer: this.observer,
      isUnavailable,
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
      body: (text === '' ? {} : JSON.parse(text)) as Resource,
    };
  }

  async getAudit(pathAndQuery: string, change: Partial<RequestFacts> = {}): Promise<Answered> {
    return this.get(pathAndQuery, change, {}, this.auditApp());
  }

  /** All pages of a search, one after the other; `between` is done before each but the first. */
  async pages(
    query: string,
    between: () => Promise<void> = async () => undefined,
    app = this.app(),
  ): Promise<Bundle[]> {
    const pages: Bundle[] = [];
    let url: string | undefined = query;
    while (url !== undefined) {
      if (pages.length > 0) await between();
      const bundle = bundleOf(await this.get(url, {}, {}, app));
      pages.push(bundle);
      url = link(bundle, 'next');
    }
    return pages;
  }

  /** Stores each resource as the processor does it, one submission after the other, so that what comes later is newer. */
  async store(...resources: readonly Storable[]): Promise<void> {
    for (const resource of resources) {
      const content = typeof resource === 'string' ? resource : JSON.stringify(resource);
      // With its escapes as well, which a decoder would write in its own way.
      await this.submit({ ...write(content), content });
    }
  }

  async remove(resourceType: string, id: string): Promise<void> {
    await this.submit(removal(resourceType, id));
  }

  async merge(mergedId: string, survivingId: string): Promise<void> {
    await this.submit(merge(mergedId, survivingId));
  }

  private async submit(change: RecordChange): Promise<void> {
    const { rows } = await this.database.owner.query<{ reason_codes: string[] }>(
      storeStatement(RECORD_STORAGE, [submission(change)]),
    );
    const [reason] = rows[0]?.reason_codes ?? ['no answer'];
    if (reason !== undefined) throw new Error(`expected it to be stored, was refused: ${reason}`);
  }

  async audit(): Promise<AuditRow[]> {
    const { rows } = await this.database.owner.query<AuditRow>(
      'SELECT * FROM access_audit ORDER BY occurred_at, patient_id',
    );
    return rows;
  }

  async forgetAudit(): Promise<void> {
    await this.database.owner.query('TRUNCATE access_audit');
  }
}

export function bundleOf({ status, body, text }: Answered): Bundle {
  if (status !== 200 || body.resourceType !== 'Bundle') throw new Error(`expected a Bundle, got ${status}: ${text}`);
  return body as Bundle;
}

/** Ids of a page's resources, in its order. */
export function idsOf(...bundles: readonly Bundle[]): string[] {
  return bundles.flatMap((bundle) => (bundle.entry ?? []).map(({ resource }) => resource?.id ?? ''));
}

export function link(bundle: Bundle, relation: 'self' | 'next'): string | undefined {
  return bundle.link?.find((one) => one.relation === relation)?.url;
}

export function statementOf({ body }: Answered): CapabilityStatement {
  if (body.resourceType !== 'CapabilityStatement') {
    throw new Error(`expected a CapabilityStatement, got ${body.resourceType}`);
  }
  return body as CapabilityStatement;
}

/** The parameters that an OperationOutcome names, with what it says of them. */
export function faults({ body }: Answered): Record<string, string> {
  if (body.resourceType !== 'OperationOutcome') {
    throw new Error(`expected an OperationOutcome, got ${body.resourceType}`);
  }
  return Object.fromEntries(
    (body as OperationOutcome).issue.map((issue) => [
      issue.location?.[0]?.replace(/^http\./, '') ?? '',
      issue.diagnostics ?? '',
    ]),
  );
}

/** A heart rate of a patient. */
export function heartRate(id: string, patientId: string, change: object = {}) {
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    subject: { reference: `Patient/${patientId}` },
    effectiveDateTime: '2026-11-20T10:00:00Z',
    ...change,
  };
}

export function patient(id: string, change: object = {}) {
  return {
    resourceType: 'Patient',
    id,
    identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: `nhs-${id}` }],
    ...change,
  };
}
