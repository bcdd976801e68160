import { type LifeLine, lifeFaultOf } from './life';

/** A scan whose sender was told that it is received. */
export interface SentScan {
  readonly scanId: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** A row of the table of scans. */
export interface ScanRow {
  readonly scanId: string;
  readonly state: string;
  readonly reasonCode: string | null;
  readonly sha256: string;
  /** Rows of instances that were made of it. */
  readonly instancesCount: number;
}

export type ObjectKind = 'originals' | 'previews' | 'deidentified';

export interface StoredObject {
  readonly kind: ObjectKind;
  /** Of the original, as the key has it. */
  readonly sha256: string;
  /** Of what is in the object; asked for originals alone. */
  readonly contentSha256?: string;
}

/** What is there when nothing is done any more. */
export interface Found {
  readonly rows: readonly ScanRow[];
  /** Uploads that nobody finished. */
  readonly openUploadsCount: number;
  readonly objects: readonly StoredObject[];
  /** Uploads in parts to S3 whose worker did not come to complete or abort them. */
  readonly openObjectsCount: number;
  /** Names of the files in the folder of scans. */
  readonly files: readonly string[];
  readonly jobsCount: number;
  /** Events of scans' lives that the stream was not told. */
  readonly untoldCount: number;
  /** What the stream was told, that of each scan in the order of its shard. */
  readonly life: readonly LifeLine[];
}

/** Each of these is a number of scans that it is true of, but where it says otherwise. */
export interface Account {
  readonly sentCount: number;
  /** No row says that they are there. */
  readonly missingCount: number;
  /** Received, and neither stored nor failed. */
  readonly unsettledCount: number;
  readonly failedCount: number;
  /** Stored other than once: as several instances, as a repetition or a conflict of another one, or as none. */
  readonly notOnceCount: number;
  /** Rows of scans that nobody sent. */
  readonly strangeCount: number;
  /** Without an original that is bit for bit what was sent. */
  readonly originalsWrongCount: number;
  /** Objects, of each kind. */
  readonly objectCounts: Readonly<Record<ObjectKind, number>>;
  /** Without exactly one preview, or without exactly one derivative. */
  readonly resultsWrongCount: number;
  readonly livesIncompleteCount: number;
  readonly livesDisorderedCount: number;
  /** Events that came again. */
  readonly repeatedEventsCount: number;
  readonly untoldCount: number;
  readonly filesCount: number;
  readonly jobsCount: number;
  readonly openUploadsCount: number;
  readonly openObjectsCount: number;
}

/** Looks for every scan that was sent in all that was found. */
export function accountFor(sent: readonly SentScan[], found: Found): Account {
  const rows = grouped(found.rows, ({ scanId }) => scanId);
  const objects = grouped(found.objects, ({ kind, sha256 }) => `${kind} ${sha256}`);
  const lives = grouped(found.life, ({ scanId }) => scanId);
  const of = (kind: ObjectKind, { sha256 }: SentScan) => objects.get(`${kind} ${sha256}`) ?? [];
  const rowOf = ({ scanId }: SentScan) => rows.get(scanId)?.[0];
  const count = (holds: (scan: SentScan) => boolean): number => sent.filter(holds).length;
  const faults = sent.map(({ scanId }) => lifeFaultOf(lives.get(scanId) ?? []));
  const sentIds = new Set(sent.map(({ scanId }) => scanId));
  const kindCount = (kind: ObjectKind) => found.objects.filter((object) => object.kind === kind).length;
  return {
    sentCount: sent.length,
    missingCount: count((scan) => rowOf(scan) === undefined),
    unsettledCount: count((scan) => rowOf(scan)?.state === 'received'),
    failedCount: count((scan) => rowOf(scan)?.state === 'failed'),
    notOnceCount: count((scan) => isStoredOtherwise(scan, rows.get(scan.scanId) ?? [])),
    strangeCount: [...rows.keys()].filter((scanId) => !sentIds.has(scanId)).length,
    originalsWrongCount: count((scan) => {
      const [original, ...more] = of('originals', scan);
      return original?.contentSha256 !== scan.sha256 || more.length > 0;
    }),
    objectCounts: {
      originals: kindCount('originals'),
      previews: kindCount('previews'),
      deidentified: kindCount('deidentified'),
    },
    resultsWrongCount: count((scan) => of('previews', scan).length !== 1 || of('deidentified', scan).length !== 1),
    livesIncompleteCount: faults.filter((fault) => fault === 'incomplete').length,
    livesDisorderedCount: faults.filter((fault) => fault === 'disordered').length,
    repeatedEventsCount: found.life.length - new Set(found.life.map(({ eventId }) => eventId)).size,
    untoldCount: found.untoldCount,
    filesCount: found.files.length,
    jobsCount: found.jobsCount,
    openUploadsCount: found.openUploadsCount,
    openObjectsCount: found.openObjectsCount,
  };
}

function isStoredOtherwise({ sha256 }: SentScan, rows: readonly ScanRow[]): boolean {
  const [row, ...more] = rows;
  if (row === undefined || row.state === 'received' || row.state === 'failed') return false;
  const isOne = row.state === 'stored' && row.reasonCode === null && row.instancesCount === 1 && more.length === 0;
  return !isOne || row.sha256 !== sha256;
}

/** Lists of what has the same key, each in its order. */
function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
