import type { Account } from './account';
import { grouped, type Verdict, verdictLine } from '../../../report';

/** What the load run did, and what came of it. */
export interface LoadResults {
  readonly seed: string;
  readonly account: Account;
  readonly sentBytes: number;
  /** From the first upload to the answer to the last one. */
  readonly sendingSeconds: number;
  /** From then on until nothing was left to do. */
  readonly drainSeconds: number;
  /** Connections that were cut in the middle of a part, or before its answer. */
  readonly cutsCount: number;
  /** Kills that were asked for. */
  readonly killsAskedCount: number;
  readonly killsCount: number;
  /** Workers that were started again after a kill. */
  readonly restartsCount: number;
  /** Times that the queue lost all that it held. */
  readonly lossesCount: number;
  /** How often scans were taken up, all together. */
  readonly attemptsCount: number;
  /** From received to stored; `undefined` where nothing was stored. */
  readonly latency: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number } | undefined;
}

/** How often the queue loses all that it holds. */
export const LOSSES = 2;

/** The promises that the load run shows. The last ones say whether it was the run that was asked for. */
export function loadVerdicts(results: LoadResults): Verdict[] {
  const { account, cutsCount, killsCount, killsAskedCount, restartsCount, lossesCount } = results;
  const { sentCount, missingCount, unsettledCount, failedCount, notOnceCount, strangeCount } = account;
  const { originals, previews, deidentified } = account.objectCounts;
  const of = `of ${grouped(sentCount)} scans`;
  return [
    {
      holds: sentCount > 0 && isNone(missingCount, unsettledCount, failedCount),
      text: `sent = stored: ${of}, ${missingCount} are missing, ${unsettledCount} are not done, ${failedCount} failed`,
    },
    {
      holds: isNone(notOnceCount, strangeCount),
      text: `once: ${of}, ${notOnceCount} are stored otherwise; ${strangeCount} are there that nobody sent`,
    },
    {
      holds: account.originalsWrongCount === 0 && originals === sentCount,
      text: `bit for bit: ${of}, ${account.originalsWrongCount} have another original or none; ${grouped(originals)} originals are there`,
    },
    {
      holds: account.resultsWrongCount === 0 && previews === sentCount && deidentified === sentCount,
      text: `results: ${of}, ${account.resultsWrongCount} are without one preview and one derivative; ${grouped(previews)} and ${grouped(deidentified)} are there`,
    },
    {
      holds: isNone(account.livesIncompleteCount, account.livesDisorderedCount, account.untoldCount),
      text: `lives: ${of}, ${account.livesIncompleteCount} are told in part, ${account.livesDisorderedCount} out of order, ${account.untoldCount} events not at all; ${account.repeatedEventsCount} events came again`,
    },
    {
      holds: isNone(account.filesCount, account.openUploadsCount),
      text: `left over: ${account.filesCount} files in the folder of scans, ${account.openUploadsCount} uploads`,
    },
    { holds: account.jobsCount === 0, text: `left over: ${account.jobsCount} jobs in the queue` },
    {
      holds: killsCount === killsAskedCount && restartsCount === killsCount,
      text: `a worker was killed ${killsCount} times of ${killsAskedCount}, and started again ${restartsCount} times`,
    },
    { holds: lossesCount === LOSSES, text: `the queue lost all that it held ${lossesCount} times of ${LOSSES}` },
    { holds: cutsCount > 0, text: `uploads were cut ${grouped(cutsCount)} times, and resumed` },
  ];
}

/** Everything as text, verdicts last. */
export function renderLoad(results: LoadResults): string {
  const { account, sentBytes, sendingSeconds, drainSeconds, attemptsCount, latency, seed } = results;
  const ms = (value: number): string => `${grouped(value)} ms`;
  return [
    `${grouped(account.sentCount)} scans, ${grouped(sentBytes / 1e6)} MB, two senders, two workers, ${results.killsCount} kills; seed ${seed}`,
    '',
    `Sending     ${sendingSeconds.toFixed(1)} s; everything done ${drainSeconds.toFixed(1)} s later`,
    `Working     scans were taken up ${grouped(attemptsCount)} times; ${grouped(account.openObjectsCount)} uploads to S3 were given up, which the bucket's lifecycle removes`,
    latency === undefined
      ? 'Storing     nothing was stored'
      : `Storing     received to stored p50 ${ms(latency.p50Ms)}, p99 ${ms(latency.p99Ms)}, longest ${ms(latency.maxMs)}`,
    '',
    ...loadVerdicts(results).map(verdictLine),
  ].join('\n');
}

function isNone(...counts: readonly number[]): boolean {
  return counts.every((count) => count === 0);
}

/** What a person who watches sees every few seconds. */
export interface LoadProgress {
  readonly elapsedSeconds: number;
  readonly sentCount: number;
  readonly leftCount: number;
  readonly killsCount: number;
  readonly cutsCount: number;
}

export function progressLine({ elapsedSeconds, sentCount, leftCount, killsCount, cutsCount }: LoadProgress): string {
  return [
    `${String(Math.round(elapsedSeconds)).padStart(4)} s`,
    `sent ${grouped(sentCount)}`,
    `not done ${grouped(leftCount)}`,
    `kills ${killsCount}`,
    `cuts ${grouped(cutsCount)}`,
  ].join('  ');
}
