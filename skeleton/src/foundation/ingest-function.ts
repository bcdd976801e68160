import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ApiFunction } from './api-function';
import { bundle } from './bundle';
import type { Foundation } from './pipeline-parts';
import type { IngestStream } from './stream';
import type { Throttle } from './throttle';

/** Requests a second that are taken at the least and at the most, whatever the peak: more come in through the stream itself. */
const REQUESTS_PER_SECOND_MIN = 200;
const REQUESTS_PER_SECOND_MAX = 2_000;

/** Time that a request is planned to take: reading it, and one call of Kinesis. */
const PLANNED_REQUEST_SECONDS = 0.1;

/** What the API takes in for a peak rate: as many requests as events, for gateways that send each event by itself. */
export function ingestThrottle(peakEventsPerSecond: number): Throttle {
  const requestsPerSecond = Math.min(REQUESTS_PER_SECOND_MAX, Math.max(REQUESTS_PER_SECOND_MIN, peakEventsPerSecond));
  return { requestsPerSecond, burst: 2 * requestsPerSecond };
}

/**
 * The function that runs the workload's `ingest/lambda.ts`: takes events in through the API and puts them to the stream. It reaches no database and reads
 * no secret, and its concurrency is its own, so neither a lost database nor a flood of queries keeps events out.
 */
export function ingestFunction(
  foundation: Foundation,
  ingest: IngestStream,
  throttle: Throttle,
  environment: Readonly<Record<string, string>>,
): ApiFunction {
  const { scope, settings, names, keys, network } = foundation;
  return new ApiFunction(scope, 'IngestFunction', {
    names,
    purpose: 'ingest',
    description: 'Takes events in through the API',
    securityGroupDescription: 'Ingest function: nothing in; AWS out',
    network,
    codeDirectory: bundle({
      name: `${settings.workload}-ingest`,
      entry: `src/workloads/${settings.workload}/ingest/lambda.ts`,
    }),
    // AWS_REGION is Lambda's own.
    environment: {
      STREAM_NAME: ingest.stream.streamName,
      ENVIRONMENT_SUFFIX: names.suffix,
      ...environment,
    },
    statements: [
      new PolicyStatement({
        sid: 'WriteStream',
        actions: ['kinesis:PutRecords'],
        resources: [ingest.stream.streamArn],
      }),
      new PolicyStatement({
        sid: 'EncryptStream',
        // All that a producer needs (Kinesis Data Streams Developer Guide, "Permissions to use user-generated KMS keys"): what it wrote, it
        // cannot read.
        actions: ['kms:GenerateDataKey'],
        resources: [keys.data.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `kinesis.${Stack.of(scope).region}.amazonaws.com` } },
      }),
    ],
    reservedConcurrency: Math.ceil(throttle.requestsPerSecond * PLANNED_REQUEST_SECONDS),
    dataKey: keys.data,
    logKey: keys.telemetry,
    logRetentionDays: settings.compliance.logRetentionDays,
  });
}
