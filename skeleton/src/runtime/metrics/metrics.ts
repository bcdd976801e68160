/**
 * Metrics of files that are received, queued and worked on: `QueueDepthCount` is what waits or is worked on, `OldestScanAgeMs` how long the
 * oldest of it has waited. One worker tells both, once a minute.
 */
export const SCAN_METRIC_NAMES = [
  'UploadsRefusedCount',
  'ScansReceivedCount',
  'ScansStoredCount',
  'ScansFailedCount',
  'ScansConflictedCount',
  'ScansRequeuedCount',
  'QueueDepthCount',
  'QueueErrorCount',
  'OldestScanAgeMs',
  'LifeEventsDelayedCount',
] as const;

/** Metrics of a pipeline, in the namespace `HipaaPipeline`, with the dimension `Environment`; the unit ends the name. */
export const METRIC_NAMES = [
  'EventsReceivedCount',
  'EventsStoredCount',
  'EventsDuplicateCount',
  'EventsQuarantinedCount',
  'FollowUpFailedCount',
  'CommitLatencyMs',
  'IteratorAgeMs',
  'CacheHitCount',
  'CacheMissCount',
  'CacheErrorCount',
  'LeasesHeldCount',
  'LeaseLostCount',
  'ApiErrorCount',
  'IngestAcceptedCount',
  'IngestRefusedCount',
  'IngestDelayedCount',
  'ReferencesUnresolvedCount',
  ...SCAN_METRIC_NAMES,
] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

/** CloudWatch takes a hundred values of a metric in one line (Embedded metric format specification). */
const VALUES_MAX = 100;
const NAMESPACE = 'HipaaPipeline';

/** Writes a line of text, such as `(line) => process.stdout.write(line)`. */
export type LineWriter = (line: string) => unknown;

/**
 * Gathers metrics and writes them as lines in CloudWatch's embedded metric format, out of which CloudWatch Logs makes
 * metrics: no call, no right and no client is needed. Nothing but numbers and the names above can get into a line.
 */
export class Metrics {
  private sums = new Map<MetricName, number>();
  private observations = new Map<MetricName, number[]>();
  private timer: NodeJS.Timeout | undefined;

  /** @param environment suffix of the environment: the metrics' one dimension. */
  constructor(
    private readonly environment: string,
    private readonly write: LineWriter = (line) => process.stdout.write(line),
  ) {}

  /** Adds to a sum. A sum of 0 is written as well: no events is an answer too. */
  add(name: MetricName, amount: number): void {
    this.sums.set(name, (this.sums.get(name) ?? 0) + amount);
  }

  /** Notes one value of a distribution, such as a latency. */
  observe(name: MetricName, value: number): void {
    const values = this.observations.get(name) ?? [];
    values.push(value);
    this.observations.set(name, values);
    if (values.length >= VALUES_MAX) this.flush();
  }

  /** Writes what has gathered, if anything has. */
  flush(): void {
    const values: Array<[MetricName, number | number[]]> = [...this.sums, ...this.observations];
    if (values.length === 0) return;
    this.sums = new Map();
    this.observations = new Map();
    this.write(`${JSON.stringify(this.line(values))}\n`);
  }

  /** Writes every `intervalMs` from now on, until `stop`. */
  start(intervalMs = 10_000): void {
    this.timer = setInterval(() => this.flush(), intervalMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.flush();
  }

  private line(values: ReadonlyArray<[MetricName, number | number[]]>): object {
    return {
      _aws: {
        Timestamp: Date.now(),
        CloudWatchMetrics: [
          {
            Namespace: NAMESPACE,
            Dimensions: [['Environment']],
            Metrics: values.map(([Name]) => ({ Name, Unit: Name.endsWith('Ms') ? 'Milliseconds' : 'Count' })),
          },
        ],
      },
      Environment: this.environment,
      ...Object.fromEntries(values),
    };
  }
}
