import type { Region } from '../tenant';

/**
 * Three zones of every supported region, named so that synth looks nothing up and needs no credentials.
 * Each offers Fargate on ARM64, Aurora Serverless v2 and the interface endpoints that the network uses.
 */
const ZONE_LETTERS: Record<Region, readonly [string, string, string]> = {
  'us-east-1': ['a', 'b', 'c'],
  'us-east-2': ['a', 'b', 'c'],
  'us-west-2': ['a', 'b', 'c'],
  // ca-central-1c takes no new customers.
  'ca-central-1': ['a', 'b', 'd'],
  'eu-central-1': ['a', 'b', 'c'],
  'eu-north-1': ['a', 'b', 'c'],
  'eu-west-1': ['a', 'b', 'c'],
  'eu-west-2': ['a', 'b', 'c'],
  'eu-west-3': ['a', 'b', 'c'],
  'sa-east-1': ['a', 'b', 'c'],
};

/** The zones that a pipeline in a region spans: always three. */
export function availabilityZonesOf(region: Region): [string, string, string] {
  const [first, second, third] = ZONE_LETTERS[region];
  return [`${region}${first}`, `${region}${second}`, `${region}${third}`];
}

/** Why zones stand in the template by name. */
export const NAMED_ZONES_REASON =
  'The zones are chosen by region from a list of our own, since not every zone of a region offers all that the pipeline needs.';
