import { PROCESS_LIMITS, type ProcessResult } from './process';
import type { ReceiveResult } from './receive';
import {
  FILES_PER_SECOND_OF_A_WORKER,
  FILES_PER_SECOND_OF_AN_UPLOAD_TASK,
} from '../../../src/workloads/imaging/capacity';
import { grouped, table, type Verdict, verdictLine } from '../../report';

export interface BenchResults {
  readonly receive: ReceiveResult;
  readonly process: ProcessResult;
}

/** What receiving has to reach of a plain upload of the large file. */
export const RECEIVE_RATIO_MIN = 0.6;

/** The promises that the benchmark guards. */
export function verdicts({ receive, process }: BenchResults): Verdict[] {
  const { ratioMin, peakBytesMax } = PROCESS_LIMITS;
  return [
    {
      holds: receive.large.ratio >= RECEIVE_RATIO_MIN,
      text: `receiving reaches ${receive.large.ratio.toFixed(2)} of a plain upload; bound: at least ${RECEIVE_RATIO_MIN}`,
    },
    {
      holds: process.large.ratio >= ratioMin,
      text: `processing and storing reach ${process.large.ratio.toFixed(2)} of SHA-256 alone; bound: at least ${ratioMin}`,
    },
    planned(
      'an upload program receives',
      Math.min(receive.small.receivedBytesPerSecond, receive.smallDurable.receivedBytesPerSecond) / receive.smallBytes,
      FILES_PER_SECOND_OF_AN_UPLOAD_TASK,
    ),
    planned('a worker stores', process.small.storedBytesPerSecond / process.smallBytes, FILES_PER_SECOND_OF_A_WORKER),
    memory('the upload program', receive.peakBytes, peakBytesMax),
    memory('the worker', process.peakBytes, peakBytesMax),
  ];
}

/** Everything as text, verdicts last. */
export function render(results: BenchResults): string {
  const { receive, process } = results;
  return [
    'Megabytes per second; medians',
    table([
      ['', 'large file', 'small files'],
      ['received', megabytes(receive.large.receivedBytesPerSecond), megabytes(receive.small.receivedBytesPerSecond)],
      ['plain upload', megabytes(receive.large.peerBytesPerSecond), megabytes(receive.small.peerBytesPerSecond)],
      ['ratio', receive.large.ratio.toFixed(2), receive.small.ratio.toFixed(2)],
      ['durable upload', '', megabytes(receive.smallDurable.peerBytesPerSecond)],
      ['ratio', '', receive.smallDurable.ratio.toFixed(2)],
      ['stored', megabytes(process.large.storedBytesPerSecond), megabytes(process.small.storedBytesPerSecond)],
      ['SHA-256', megabytes(process.large.hashedBytesPerSecond), megabytes(process.small.hashedBytesPerSecond)],
      ['ratio', process.large.ratio.toFixed(2), process.small.ratio.toFixed(2)],
      ['SHA-256, two objects, a row', '', megabytes(process.small.peerBytesPerSecond ?? NaN)],
      ['ratio', '', (process.small.peerRatio ?? NaN).toFixed(2)],
    ]),
    '',
    ...verdicts(results).map(verdictLine),
  ].join('\n');
}

/** Small files cost by the file, not by the byte: the stack has as many tasks as this takes (`src/workloads/imaging/capacity.ts`). */
function planned(doing: string, filesPerSecond: number, plannedPerSecond: number): Verdict {
  return {
    holds: filesPerSecond >= plannedPerSecond,
    text: `${doing} ${Math.floor(filesPerSecond)} small files a second; capacity is planned with ${plannedPerSecond}`,
  };
}

/** Where the system does not tell, nothing is promised. */
function memory(name: string, peakBytes: number | undefined, mostBytes: number): Verdict {
  const peak = peakBytes === undefined ? 'an unknown amount' : `${megabytes(peakBytes)} MB`;
  return {
    holds: peakBytes === undefined || peakBytes <= mostBytes,
    text: `${name} never has more memory than ${peak}; bound: ${megabytes(mostBytes)} MB`,
  };
}

/** With a decimal where it would be a part of the figure. */
function megabytes(bytes: number): string {
  return bytes < 10e6 ? (bytes / 1e6).toFixed(1) : grouped(bytes / 1e6);
}
