import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The context that the CDK CLI reads from `cdk.json`: feature flags. */
export function cdkContext(): Record<string, unknown> {
  const cdkJson: unknown = JSON.parse(readFileSync(join(__dirname, '..', '..', '..', 'cdk.json'), 'utf8'));
  return z.object({ context: z.record(z.string(), z.unknown()) }).parse(cdkJson).context;
}
