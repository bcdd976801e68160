/**
 * `tsx src/foundation/flatten-outputs.ts FROM TO`: turns what `cdk deploy --outputs-file` writes, `{ stack: { name: value } }`,
 * into the flat list that the integration suite reads.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const outputsFileSchema = z.record(z.string(), z.record(z.string(), z.string()));

/**
 * Joins the outputs of all stacks.
 *
 * @throws Error when the text is no outputs file, holds none, or when two stacks have an output of one name.
 */
export function flattenOutputs(json: string): Record<string, string> {
  const result = outputsFileSchema.safeParse(parseJson(json));
  if (!result.success) throw new Error('This is no outputs file of cdk deploy: expected { stack: { name: value } }.');
  const flat: Record<string, string> = {};
  for (const [stack, outputs] of Object.entries(result.data)) {
    for (const [name, value] of Object.entries(outputs)) {
      if (Object.hasOwn(flat, name)) throw new Error(`Two stacks have an output ${name}; the second is ${stack}.`);
      flat[name] = value;
    }
  }
  if (Object.keys(flat).length === 0) throw new Error('The deployment has no outputs.');
  return flat;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Reads one file and writes the other, in order of name, so that two deployments can be compared line by line. */
export function flattenOutputsFile(from: string, to: string): void {
  const flat = flattenOutputs(readFileSync(from, 'utf8'));
  const sorted = Object.fromEntries(Object.entries(flat).sort(([a], [b]) => a.localeCompare(b, 'en')));
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, `${JSON.stringify(sorted, null, 2)}\n`);
}

if (require.main === module) {
  const [from, to] = process.argv.slice(2);
  if (from === undefined || to === undefined) {
    process.stderr.write('Usage: tsx src/foundation/flatten-outputs.ts FROM TO\n');
    process.exitCode = 1;
  } else {
    flattenOutputsFile(from, to);
  }
}
