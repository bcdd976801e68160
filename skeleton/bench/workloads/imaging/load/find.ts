import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import type { Client } from 'pg';
import type { Found, ObjectKind, ScanRow, StoredObject } from './account';
import type { ImagingPrograms } from '../../../../local/workloads/imaging/programs';

/** What PostgreSQL knows. */
export type FoundRows = Pick<Found, 'rows' | 'openUploadsCount' | 'untoldCount'>;

const KEY = /\/(originals|previews|deidentified)\/.*\/([\da-f]{64})\.\w+$/;

export async function findRows(database: Client): Promise<FoundRows> {
  const { rows } = await database.query<ScanRow>(
    `SELECT scan_id::text AS "scanId", state, reason_code AS "reasonCode", encode(sha256, 'hex') AS sha256,
            (SELECT count(*)::integer FROM instance WHERE instance.scan_id = scan.scan_id) AS "instancesCount"
       FROM scan`,
  );
  return {
    rows,
    openUploadsCount: await countOf(database, `SELECT count(*)::integer AS count FROM upload WHERE state = 'open'`),
    untoldCount: await countOf(
      database,
      'SELECT count(*)::integer AS count FROM scan_event WHERE published_at IS NULL',
    ),
  };
}

/** Scans that something is still to be done for, by whichever program. */
export async function countLeft(database: Client): Promise<number> {
  return countOf(
    database,
    `SELECT count(*)::integer AS count FROM scan
      WHERE removed_at IS NULL
         OR EXISTS (SELECT FROM scan_event WHERE scan_event.scan_id = scan.scan_id AND published_at IS NULL)`,
  );
}

/** Every object of the S3 double. Originals are read and hashed. */
export async function findObjects({ objects }: Pick<ImagingPrograms, 'objects'>): Promise<StoredObject[]> {
  const found: StoredObject[] = [];
  for (const path of objects.paths) {
    const [, kind, sha256 = ''] = KEY.exec(path) ?? [];
    if (!isKind(kind)) throw new Error(`An object has the key of nothing that is stored: ${path}.`);
    if (kind !== 'originals') found.push({ kind, sha256 });
    else found.push({ kind, sha256, contentSha256: await hashOf(`${objects.endpoint}/${path}`) });
  }
  return found;
}

/** Names of all files below a folder, those that are on their way included. */
export async function findFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** Of the times from received to stored, in milliseconds. */
export async function findStoringTimes(database: Client): Promise<number[]> {
  const { rows } = await database.query<{ ms: number }>(
    `SELECT extract(epoch FROM settled_at - received_at)::float8 * 1000 AS ms FROM scan WHERE state = 'stored'`,
  );
  return rows.map(({ ms }) => ms);
}

export async function countAttempts(database: Client): Promise<number> {
  return countOf(database, 'SELECT coalesce(sum(attempts), 0)::integer AS count FROM scan');
}

async function countOf(database: Client, text: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(text);
  return rows[0]?.count ?? 0;
}

async function hashOf(url: string): Promise<string> {
  const answer = await fetch(url);
  if (!answer.ok || answer.body === null) throw new Error(`The S3 double answered ${answer.status}.`);
  const hash = createHash('sha256');
  for await (const chunk of answer.body) hash.update(chunk);
  return hash.digest('hex');
}

function isKind(text: string | undefined): text is ObjectKind {
  return text === 'originals' || text === 'previews' || text === 'deidentified';
}
