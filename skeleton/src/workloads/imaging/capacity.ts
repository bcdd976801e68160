import { capacityUnitsMax, connectionsMax } from '../../foundation/database';
import { SERVICE_TASKS_MIN } from '../../foundation/program-service';
import type { TenantSettings } from '../../tenant';

/** Part of a day's scans that comes in its busiest hour: hospitals work some ten hours a day, and most in the morning. */
export const BUSIEST_HOUR_PART = 1 / 8;

/**
 * Size that is planned for a file: a slice of a tomography, 512 × 512 pixels of two bytes with its header. A scan of films or clips has fewer
 * and larger ones, which cost less for each megabyte.
 */
export const FILE_MEGABYTES = 0.5;

/** Files that a worker stores in a second, two at a time: each is read and checked, rendered, stripped of its identity, and put to S3 thrice. */
export const FILES_PER_SECOND_OF_A_WORKER = 20;
/** Jobs a worker that are no cause for another one: a minute's work. */
export const JOBS_PER_WORKER = 60 * FILES_PER_SECOND_OF_A_WORKER;
/** Files that an upload task receives in a second: each is synchronized, read, recorded and queued. `npm run bench` holds both figures to it. */
export const FILES_PER_SECOND_OF_AN_UPLOAD_TASK = 40;

/** Steps of a file's life that the stream is told: received, queued, started, stored, removed; and one more for those that go another way. */
const EVENTS_PER_FILE = 6;
/** Rows that a file writes: its upload and its parts, itself, its events, its patient, study, series and instance. */
const ROWS_PER_FILE = 12;
/** Requests that a file takes: it is announced, sent, and now and then asked for. */
export const REQUESTS_PER_FILE = 3;

/** Room above the peak: to catch up after an outage while new scans arrive. */
const HEAD_ROOM = 2;

/** Tasks above which a tenant must ask AWS for more than an account has by itself. */
const WORKERS_LIMIT = 200;
const UPLOAD_TASKS_LIMIT = 100;
/** Answers are read from the database's readers, which grow by themselves. */
export const QUERY_TASKS_MAX = 8;

/** Connections that a program opens at most: those of its pool, and some for locks, the sweep and the migration. */
export const CONNECTIONS_OF_A_PROGRAM = 13;
/** Kept free for operators, the rotation, RDS itself, and whoever must look into a database that has run full. */
const CONNECTIONS_OF_PEOPLE = 50;

/** What a tenant's scans ask of each part. */
export interface ImagingCapacity {
  /** In the busiest hour, on the mean. */
  readonly peakMegabytesPerSecond: number;
  readonly peakFilesPerSecond: number;
  /** Records a second into the stream, at the peak. */
  readonly peakEventsPerSecond: number;
  /** Rows a second into the database, at the peak. */
  readonly peakRowsPerSecond: number;
  readonly workersMax: number;
  readonly uploadTasksMax: number;
}

/**
 * Sizes everything from scans a day and their mean size:
 *
 *     megabytes a second = scans a day × megabytes × 1/8 / 3600
 *     files a second     = megabytes a second / 0.5
 *     workers at most    = 2 × files a second / 20      (two at the least)
 *     upload tasks       = 2 × files a second / 40      (two at the least)
 *     records a second   = 6 × files a second           (into the stream)
 *     rows a second      = 12 × files a second          (into the database)
 *
 * @throws Error when one of the two is not set.
 */
export function imagingCapacity({ scansPerDay, scanSizeMegabytes }: TenantSettings['capacity']): ImagingCapacity {
  // parseTenantSettings has asked for both already; this is for who builds settings by hand.
  if (scansPerDay === undefined || scanSizeMegabytes === undefined) {
    throw new Error(
      'capacity.scansPerDay and capacity.scanSizeMegabytes are missing: imaging cannot be sized without.',
    );
  }
  const peakMegabytesPerSecond = (scansPerDay * scanSizeMegabytes * BUSIEST_HOUR_PART) / 3_600;
  const peakFilesPerSecond = peakMegabytesPerSecond / FILE_MEGABYTES;
  const peakRowsPerSecond = ROWS_PER_FILE * peakFilesPerSecond;
  const tasks = (perTask: number, limit: number) =>
    Math.min(limit, Math.max(SERVICE_TASKS_MIN, Math.ceil((HEAD_ROOM * peakFilesPerSecond) / perTask)));
  return {
    peakMegabytesPerSecond,
    peakFilesPerSecond,
    peakEventsPerSecond: Math.ceil(EVENTS_PER_FILE * peakFilesPerSecond),
    peakRowsPerSecond: Math.ceil(peakRowsPerSecond),
    workersMax: tasks(FILES_PER_SECOND_OF_A_WORKER, WORKERS_LIMIT),
    uploadTasksMax: tasks(FILES_PER_SECOND_OF_AN_UPLOAD_TASK, UPLOAD_TASKS_LIMIT),
  };
}

/** Connections of all programs, when each service runs as many tasks as it may. */
export function connectionsNeeded({ workersMax, uploadTasksMax }: ImagingCapacity): number {
  return (workersMax + uploadTasksMax + QUERY_TASKS_MAX) * CONNECTIONS_OF_A_PROGRAM + CONNECTIONS_OF_PEOPLE;
}

/** Connections that the writer takes which these rows ask for. */
export function connectionsOffered({ peakRowsPerSecond }: ImagingCapacity): number {
  return connectionsMax(capacityUnitsMax(peakRowsPerSecond));
}
