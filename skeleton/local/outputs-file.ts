import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LocalStackError } from './errors';
import type { LocalOutputs } from './outputs';

/**
 * Refuses to write over the outputs of a deployment. Those of an earlier local stack are fair game.
 *
 * @throws LocalStackError that says what to do.
 */
export function checkOutputsFileIsOurs(file: string): void {
  const target = targetOf(file);
  if (target === undefined || target === 'local') return;
  throw new LocalStackError(
    `${file} holds the outputs of a deployment (Target ${JSON.stringify(target)}). ` +
      'Move it away first: the local stack writes its own outputs there.',
  );
}

/** Writes the outputs so that a reader sees all of them or no file. */
export function writeOutputsFile(file: string, outputs: LocalOutputs): void {
  const sorted = Object.fromEntries(Object.entries(outputs).sort(([one], [other]) => one.localeCompare(other, 'en')));
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, `${JSON.stringify(sorted, null, 2)}\n`);
  renameSync(draft, file);
}

/** Removes the outputs, unless they are no longer those of a local stack. */
export function removeOutputsFile(file: string): void {
  if (targetOf(file) === 'local') rmSync(file, { force: true });
}

/** The output `Target` of the file; `undefined` where there is no file, `''` where it says nothing of the kind. */
function targetOf(file: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const outputs: unknown = JSON.parse(text);
    if (typeof outputs !== 'object' || outputs === null || !('Target' in outputs)) return '';
    return typeof outputs.Target === 'string' ? outputs.Target : '';
  } catch {
    return '';
  }
}
