import type { Queryable } from '../../../../runtime/http/queryable';
import type { DicomJson } from '../../dicom/metadata';
import { Problem } from '../../http/problem';
import type { Exchange } from '../../http/route';
import { auditedPatient } from '../audited-patient';
import type { Reading } from '../patient-data-route';
import { HOSPITAL_PARAMETER, type Scope } from '../scope';
import { requireUid } from '../uid';

/** A study, a series of it, or an instance of that, by the UIDs of a path. */
export interface Target {
  readonly studyUid: string;
  readonly seriesUid: string | undefined;
  readonly sopInstanceUid: string | undefined;
}

/** Where an instance is stored, and as what. */
export interface StoredInstance {
  readonly hospitalId: number;
  readonly instanceId: string;
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  readonly sha256: Buffer;
  readonly sizeBytes: number;
  /** `stored`, or why there is no preview. */
  readonly preview: string;
}

/** What is stored of a target. */
export interface Holding {
  readonly instancesCount: number;
  readonly transferSyntaxUids: readonly string[];
}

/** Rows of a page: so many are in memory at once, however large the study is. */
const ROWS_PER_PAGE = 500;
/** DICOM JSON of one instance may be large. */
const METADATA_PER_PAGE = 20;

/** UIDs of a path, of which the first goes on record as what was asked for. @throws Problem 400. */
export function targetOf({ parameters }: Pick<Exchange, 'parameters'>, reading: Reading): Target {
  const { study, series, instance } = parameters;
  reading.resourceId = instance ?? series ?? study ?? null;
  return {
    studyUid: requireUid('study', study),
    seriesUid: series === undefined ? undefined : requireUid('series', series),
    sopInstanceUid: instance === undefined ? undefined : requireUid('instance', instance),
  };
}

/** Finds what is stored of a target, of those hospitals only that the scope names. */
export class StoredInstances {
  constructor(
    private readonly database: Queryable,
    private readonly scope: Scope,
    private readonly target: Target,
  ) {}

  /**
   * What there is, and whose it is, which goes on record.
   *
   * @throws Problem 404 when there is nothing: not stored, or another hospital's, which is not told apart.
   */
  async require(reading: Reading): Promise<Holding> {
    const patients = await this.database.query<{ hospitalId: number; issuer: string; patientId: string }>(
      `SELECT study.hospital_id AS "hospitalId", issuer, patient_id AS "patientId" FROM study
       WHERE study.hospital_id = ANY ($1::integer[]) AND study_uid = $2`,
      [this.scope, this.target.studyUid],
    );
    reading.patientIds = patients.rows.map(auditedPatient);
    const { rows } = await this.database.query<{ count: number; syntaxes: string[] | null }>(
      `SELECT count(*)::integer AS count, array_agg(DISTINCT transfer_syntax_uid) AS syntaxes FROM instance
       WHERE ${TARGET_SQL}`,
      this.values,
    );
    const { count = 0, syntaxes = null } = rows[0] ?? {};
    if (count > 0) return { instancesCount: count, transferSyntaxUids: syntaxes ?? [] };
    throw notFound();
  }

  /**
   * The instance that the target names.
   *
   * @throws Problem 400 when several hospitals have one of its UID, which only those can meet that read all.
   */
  async one(): Promise<StoredInstance> {
    const [instance, ...others] = (await this.select('ORDER BY instance.hospital_id LIMIT 2')).rows;
    if (others.length > 0) {
      throw new Problem(
        400,
        'parameter_invalid',
        `Several hospitals have stored an instance of this UID: name one by the parameter ${HOSPITAL_PARAMETER}, or accept multipart/related.`,
      );
    }
    if (instance === undefined) throw notFound();
    return instance;
  }

  /** How many have a preview, and why the others have none. */
  async previews(): Promise<{ readonly storedCount: number; readonly reasons: readonly string[] }> {
    const { rows } = await this.database.query<{ preview: string; count: number }>(
      `SELECT preview, count(*)::integer AS count FROM instance WHERE ${TARGET_SQL} GROUP BY preview ORDER BY preview`,
      this.values,
    );
    return {
      storedCount: rows.find(({ preview }) => preview === PREVIEW_STORED)?.count ?? 0,
      reasons: rows.map(({ preview }) => preview).filter((preview) => preview !== PREVIEW_STORED),
    };
  }

  /** The one in the middle of those with a preview. @throws Problem 404 when they are gone. */
  async middle(storedCount: number): Promise<StoredInstance> {
    const { rows } = await this.select(
      `AND instance.preview = '${PREVIEW_STORED}'
       ORDER BY series_uid, instance_number, sop_instance_uid, instance.hospital_id
       LIMIT 1 OFFSET ${Math.floor(storedCount / 2)}`,
    );
    const [instance] = rows;
    if (instance === undefined) throw notFound();
    return instance;
  }

  /** DICOM JSON of one of them. @throws Problem 404 when it is gone. */
  async json({ hospitalId, sopInstanceUid }: StoredInstance): Promise<DicomJson> {
    const { rows } = await this.database.query<{ metadata: DicomJson }>(
      'SELECT metadata FROM instance WHERE hospital_id = $1 AND sop_instance_uid = $2',
      [hospitalId, sopInstanceUid],
    );
    const [row] = rows;
    if (row === undefined) throw notFound();
    return row.metadata;
  }

  /** In the order of their UIDs. */
  async *all(): AsyncGenerator<StoredInstance> {
    yield* this.pages<StoredInstance>(INSTANCE_COLUMNS, ROWS_PER_PAGE);
  }

  private async select(rest: string): Promise<{ readonly rows: readonly StoredInstance[] }> {
    const text = `SELECT ${KEY_COLUMNS}, ${INSTANCE_COLUMNS} FROM instance WHERE ${TARGET_SQL} ${rest}`;
    return this.database.query<StoredInstance & Record<string, unknown>>(text, this.values);
  }

  /** DICOM JSON of each, as text. */
  async *metadata(): AsyncGenerator<string> {
    for await (const { metadata } of this.pages<PageRow & { readonly metadata: string }>(
      'instance.metadata::text AS metadata',
      METADATA_PER_PAGE,
    )) {
      yield metadata;
    }
  }

  /** Page by page, each from where the one before ended, so that nothing is held open in between. */
  private async *pages<Row extends PageRow>(columns: string, rowsMax: number): AsyncGenerator<Row> {
    let after: readonly [string, string, number] = ['', '', 0];
    for (;;) {
      const { rows } = await this.database.query<Row & Record<string, unknown>>(
        `SELECT ${KEY_COLUMNS}, ${columns}
         FROM instance WHERE ${TARGET_SQL} AND (series_uid, sop_instance_uid, instance.hospital_id) > ($5, $6, $7::integer)
         ORDER BY series_uid, sop_instance_uid, instance.hospital_id LIMIT $8::integer`,
        [...this.values, ...after, rowsMax],
      );
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < rowsMax) return;
      after = [last.seriesUid, last.sopInstanceUid, last.hospitalId];
    }
  }

  private get values(): unknown[] {
    const { studyUid, seriesUid = null, sopInstanceUid = null } = this.target;
    return [this.scope, studyUid, seriesUid, sopInstanceUid];
  }
}

interface PageRow {
  readonly hospitalId: number;
  readonly seriesUid: string;
  readonly sopInstanceUid: string;
}

const TARGET_SQL = `instance.hospital_id = ANY ($1::integer[]) AND instance.study_uid = $2
  AND ($3::text IS NULL OR instance.series_uid = $3) AND ($4::text IS NULL OR instance.sop_instance_uid = $4)`;

const KEY_COLUMNS = `instance.hospital_id AS "hospitalId", series_uid AS "seriesUid", sop_instance_uid AS "sopInstanceUid"`;

const INSTANCE_COLUMNS = `instance.instance_id AS "instanceId", instance.study_uid AS "studyUid",
  instance.transfer_syntax_uid AS "transferSyntaxUid", instance.sha256, instance.size_bytes::double precision AS "sizeBytes",
  instance.preview`;

const PREVIEW_STORED = 'stored';

function notFound(): Problem {
  return new Problem(
    404,
    'not_found',
    'No such study, series or instance of yours is stored here. One that was just sent may be on its way.',
  );
}
