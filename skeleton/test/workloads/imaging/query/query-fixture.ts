import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import type { AnsweredRequest, ApiObserver } from '../../../../src/runtime/http/api-app';
import { PostgresAccessAudit } from '../../../../src/runtime/http/postgres-access-audit';
import type { Queryable } from '../../../../src/runtime/http/queryable';
import { SUBJECT_HEADER } from '../../../../src/workloads/imaging/http/certificate-identity';
import { requestHandler } from '../../../../src/workloads/imaging/http/request-handler';
import { queryRoutes } from '../../../../src/workloads/imaging/query/query-routes';
import { inlineRenderer } from '../../../../src/workloads/imaging/query/retrieve/frame-renderer';
import type { ImageObjects } from '../../../../src/workloads/imaging/query/retrieve/image-objects';
import { Scopes } from '../../../../src/workloads/imaging/query/scope';
import { searchableName } from '../../../../src/workloads/imaging/searchable-name';
import { createTestDatabase, type TestDatabase } from '../../../support/test-database';

export const PUBLIC_URL = 'https://imaging.hospital.example';
export const HOSPITAL = 'CN=pacs.santa-casa.example,O=Santa Casa,C=BR';
export const OTHER_HOSPITAL = 'CN=pacs.sao-lucas.example,O=Sao Lucas,C=BR';
export const ARCHIVE = 'CN=archive.medtech.example,O=MedTech,C=BR';

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
  /** `undefined` for what is no JSON. */
  readonly json: unknown;
}

/** DICOM JSON objects of an answer. */
export type DicomJson = Readonly<Record<string, { readonly vr: string; readonly Value?: readonly unknown[] }>>;

export interface AuditRow {
  readonly principal: string;
  readonly action: string;
  readonly resource_type: string;
  readonly resource_id: string | null;
  readonly patient_id: string | null;
  readonly query: string;
  readonly outcome: string;
  readonly status: number;
  readonly returned: number;
  readonly request_id: string;
}

/** An instance to store, with its series, study and patient; what is left out is what most are. */
export interface InstanceFixture {
  readonly sopInstanceUid: string;
  readonly hospital?: string;
  readonly studyUid?: string;
  readonly seriesUid?: string;
  readonly sopClassUid?: string;
  readonly transferSyntaxUid?: string;
  readonly instanceNumber?: number | null;
  readonly patientId?: string;
  readonly issuer?: string;
  readonly patientName?: string | null;
  readonly studyDate?: string | null;
  readonly studyTime?: string | null;
  readonly accessionNumber?: string | null;
  readonly modality?: string;
  readonly seriesNumber?: number | null;
  readonly metadata?: object;
  readonly preview?: string;
  /** Bytes of the original. */
  readonly original?: Buffer;
  /** Default: the original's. */
  readonly sizeBytes?: number;
}

export interface StoredFixture {
  readonly hospitalId: number;
  readonly instanceId: string;
  readonly sha256: string;
}

const UNPLANNED = {
  open: async (key: string) => Promise.reject(new Error(`no object is planned to be read, and ${key} was`)),
} as unknown as ImageObjects;

/** The query service over a database of its own, behind a gateway that says who asks. */
export class QueryFixture {
  static async start(): Promise<QueryFixture> {
    const database = await createTestDatabase({ workload: 'imaging' });
    const fixture = new QueryFixture(database, database.pool('pipeline_api', { connectionsMax: 4 }));
    await fixture.use();
    return fixture;
  }

  readonly answered: AnsweredRequest[] = [];
  readonly auditFailures: unknown[] = [];
  private readonly observer: ApiObserver = {
    answered: (request) => this.answered.push(request),
    auditFailed: (_requestId, error) => this.auditFailures.push(error),
  };
  private server: Server | undefined;

  private constructor(
    readonly database: TestDatabase,
    /** Connections as the service has them. */
    readonly connections: Queryable,
  ) {}

  /** Serves from now on with other parts than the usual ones. */
  async use({
    objects = UNPLANNED,
    writer = this.connections,
  }: { objects?: ImageObjects; writer?: Queryable } = {}): Promise<void> {
    await this.close();
    const routes = queryRoutes({
      database: this.connections,
      scopes: new Scopes(this.connections, [ARCHIVE]),
      objects,
      renderer: inlineRenderer(objects),
      publicUrl: PUBLIC_URL,
      audit: new PostgresAccessAudit(writer),
      observer: this.observer,
    });
    this.server = createServer(requestHandler({ routes, observer: this.observer, isHealthy: () => true }));
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async stop(): Promise<void> {
    await this.close();
    await this.database.drop();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server?.address() as AddressInfo).port}`;
  }

  /** @param subject who asks; `null`: without a certificate. */
  async get(path: string, init: RequestInit = {}, subject: string | null = HOSPITAL): Promise<Answered> {
    const response = await fetch(`${this.url}${path}`, {
      ...init,
      headers: { ...init.headers, ...(subject !== null && { [SUBJECT_HEADER]: subject }) },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString('utf8');
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  }

  /** Results of a search; none for 204. @throws for a refusal. */
  async search(path: string, subject: string = HOSPITAL): Promise<DicomJson[]> {
    const { status, json, text } = await this.get(path, {}, subject);
    if (status === 204) return [];
    if (status !== 200) {
      throw new Error(`expected results, got ${status}: ${text} ${inspect(this.answered.at(-1)?.fault)}`);
    }
    return json as DicomJson[];
  }

  async hospitalId(subject: string): Promise<number> {
    const { rows } = await this.database.owner.query<{ hospital_id: number }>(
      `INSERT INTO hospital (subject) VALUES ($1) ON CONFLICT (subject) DO UPDATE SET subject = EXCLUDED.subject
       RETURNING hospital_id`,
      [subject],
    );
    return rows[0]?.hospital_id ?? Number.NaN;
  }

  async store(...instances: readonly InstanceFixture[]): Promise<StoredFixture[]> {
    const stored: StoredFixture[] = [];
    for (const instance of instances) stored.push(await this.storeOne(instance));
    return stored;
  }

  private async storeOne(instance: InstanceFixture): Promise<StoredFixture> {
    const {
      sopInstanceUid,
      hospital = HOSPITAL,
      studyUid = '1.2.3',
      seriesUid = `${studyUid}.1`,
      patientId = 'P-1',
      issuer = '',
      patientName = 'Silva^Maria',
      studyDate = '20261120',
      studyTime = '101500',
      accessionNumber = 'A-1',
      modality = 'CT',
      seriesNumber = 1,
      instanceNumber = 1,
      original = Buffer.from(sopInstanceUid),
    } = instance;
    const hospitalId = await this.hospitalId(hospital);
    const { owner } = this.database;
    const scanId = randomUUID();
    const instanceId = randomUUID();
    const sha256 = createHash('sha256').update(original).digest();
    await owner.query(
      `INSERT INTO patient (hospital_id, issuer, patient_id, name, name_search, birth_date, sex)
       VALUES ($1, $2, $3, $4, $5, '19700131', 'F') ON CONFLICT DO NOTHING`,
      [hospitalId, issuer, patientId, patientName, patientName === null ? null : searchableName(patientName)],
    );
    await owner.query(
      `INSERT INTO study (hospital_id, study_uid, issuer, patient_id, study_date, study_time, accession_number, study_id,
         description, referring_physician, first_stored_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 'S-1', 'Chest', 'Souza^Ana', now()) ON CONFLICT DO NOTHING`,
      [hospitalId, studyUid, issuer, patientId, studyDate, studyTime, accessionNumber],
    );
    await owner.query(
      `INSERT INTO series (hospital_id, series_uid, study_uid, modality, series_number, description, body_part)
       VALUES ($1, $2, $3, $4, $5, 'Axial', 'CHEST') ON CONFLICT DO NOTHING`,
      [hospitalId, seriesUid, studyUid, modality, seriesNumber],
    );
    await owner.query(
      `INSERT INTO scan (scan_id, hospital_id, source, received_at, size_bytes, sha256, study_uid, series_uid, sop_instance_uid,
         sop_class_uid, transfer_syntax_uid, state, attempts, settled_at)
       VALUES ($1, $2, 'tus', now(), $3, $4, $5, $6, $7, $8, $9, 'stored', 1, now())`,
      [
        scanId,
        hospitalId,
        original.length,
        sha256,
        studyUid,
        seriesUid,
        sopInstanceUid,
        sopClassOf(instance),
        syntaxOf(instance),
      ],
    );
    await owner.query(
      `INSERT INTO instance (hospital_id, sop_instance_uid, series_uid, study_uid, instance_id, scan_id, sop_class_uid,
         transfer_syntax_uid, instance_number, rows, columns, frames, sha256, size_bytes, metadata, preview, deidentified, burned_in,
         stored_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 512, 256, 1, $10, $11, $12, $13, 'stored', 'no', now())`,
      [
        hospitalId,
        sopInstanceUid,
        seriesUid,
        studyUid,
        instanceId,
        scanId,
        sopClassOf(instance),
        syntaxOf(instance),
        instanceNumber,
        sha256,
        instance.sizeBytes ?? original.length,
        JSON.stringify(instance.metadata ?? { '00080018': { vr: 'UI', Value: [sopInstanceUid] } }),
        instance.preview ?? 'stored',
      ],
    );
    return { hospitalId, instanceId, sha256: sha256.toString('hex') };
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

  private async close(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    this.server = undefined;
  }
}

function sopClassOf({ sopClassUid = '1.2.840.10008.5.1.4.1.1.2' }: InstanceFixture): string {
  return sopClassUid;
}

function syntaxOf({ transferSyntaxUid = '1.2.840.10008.1.2.1' }: InstanceFixture): string {
  return transferSyntaxUid;
}

/** Values of an element in each of some objects; `undefined` where it has none. */
export function valuesOf(objects: readonly DicomJson[], tag: string): unknown[] {
  return objects.map((object) => object[tag]?.Value?.[0]);
}
