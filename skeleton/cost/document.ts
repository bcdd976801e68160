import { ASSUMPTIONS } from './assumptions';
import { estimateMonth } from './estimate';
import { PRICES, REGION_FACTORS } from './prices';
import type { Price } from './prices';
import { variationsOf } from './variations';
import { costOfWorkload, ESTIMATED_WORKLOADS } from './workload-cost';
import type { TenantSettings } from '../src/tenant';

const INTRODUCTION = `# Cost

What a month of this pipeline costs, estimated from the settings: for the reference tenants below, and for this
repository's own by \`npm run cost\`. \`npm run cost -- --write\` writes this page from \`cost/\`; a test fails when it is
out of date.

**It is an estimate, not a quote.** It counts list prices on demand, in US dollars, without taxes, discounts, savings
plans and free tiers, at a load that is assumed. *At most* is the month in which everything that scales runs at its
limit all the time and events come at the peak rate: it will not happen, and it bounds what scaling can cost. Ask AWS's
Pricing Calculator before you decide on a budget, and set a budget alarm.

Not counted: traffic between zones and out of AWS; requests of KMS, S3, Secrets Manager and ECR; copies of CloudTrail
beyond an account's first; the figures that Container Insights and Performance Insights keep; events sent through the
API rather than to the stream; support.
`;

/** A page that is written from estimates. */
export interface CostPage {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** The page of each workload that this repository carries. */
export function costPages(): readonly CostPage[] {
  return ESTIMATED_WORKLOADS.map((workload) => ({
    path: `docs/workloads/${workload}/cost.md`,
    text: costDocument(workload),
  }));
}

function costDocument(workload: string): string {
  const { referenceTenants, assumed, prices } = costOfWorkload(workload);
  const sections = [assumptionsSection(assumed), pricesSection({ ...PRICES, ...prices })];
  return [INTRODUCTION, ...referenceTenants.map(tenantSection), ...sections].join('\n');
}

function tenantSection(settings: TenantSettings): string {
  const { tenant, aws, workload } = settings;
  const { events, pipeline } = costOfWorkload(workload);
  return `## ${tenant.name}, ${aws.region}

${events}, ${pipeline.loadOf(settings)}.

${monthTable(settings)}

What each setting does to it, one changed at a time:

| setting | from | to | a month | at most |
|---|---|---|---:|---:|
${variationsOf(settings)
  .map(
    ({ setting, from, to, usdDifference, usdAtMostDifference }) =>
      `| \`${setting}\` | ${from} | ${to} | ${difference(usdDifference)} | ${difference(usdAtMostDifference)} |`,
  )
  .join('\n')}
`;
}

/** The month of a tenant, a row a part. */
export function monthTable(settings: TenantSettings): string {
  const { lines, usd, usdAtMost } = estimateMonth(settings);
  return [
    '| part | counted from | a month | at most |',
    '|---|---|---:|---:|',
    ...lines.map((line) => `| ${line.part} | ${line.basis} | ${dollars(line.usd)} | ${dollars(line.usdAtMost)} |`),
    `| **Together** | | **${dollars(usd)}** | **${dollars(usdAtMost)}** |`,
  ].join('\n');
}

function assumptionsSection(ofTheWorkload: string): string {
  const { queriesPerSecond, secondsPerQuery, logGigabytesPerDay } = ASSUMPTIONS;
  return `## What is assumed

${ofTheWorkload}

There are ${queriesPerSecond} queries a second, of ${secondsPerQuery} seconds each; logs grow by ${logGigabytesPerDay} GB a day, and are counted as they are once the whole
retention has passed. \`cost/\` has all that is assumed: put in your own figures after the first month.
`;
}

function pricesSection(prices: Readonly<Record<string, Price>>): string {
  const rows = Object.values(prices).map(({ usd, unit, source, date }) => `| ${usd} | ${unit} | ${source} | ${date} |`);
  const factors = Object.entries(REGION_FACTORS).map(([region, factor]) => `${region} ${factor}`);
  return `## List prices

In us-east-1. AWS's own price pages could not be reached when this table was made, so none comes from there at first
hand.

| USD | for a | read in | on |
|---:|---|---|---|
${rows.join('\n')}

Prices of other regions were not looked up one by one. They are these, times the ratio of one price that was (a core and
hour of EMR Serverless, github.com/GoogleCloudPlatform/PerfKitBenchmarker, commit 441d2f9): ${factors.join(', ')}.
Expect some percent either way.
`;
}

function dollars(usd: number): string {
  return `$${Math.round(usd).toLocaleString('en-US')}`;
}

function difference(usd: number): string {
  const rounded = Math.round(usd);
  if (rounded === 0) return '–';
  return `${rounded > 0 ? '+' : '−'}$${Math.abs(rounded).toLocaleString('en-US')}`;
}
