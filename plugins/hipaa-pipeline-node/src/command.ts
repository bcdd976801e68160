/** The command `npm run render`: its arguments, what it prints, and its exit codes. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RenderingError } from './errors';
import { renderSkeleton } from './rendering/render';
import { readAnswers } from './settings/read-answers';
import { provenanceOf } from './skeleton/provenance';

const USAGE = `Usage: npm run render -- --answers FILE --out DIR [--skeleton DIR]

  --answers FILE   the tenant's answers, YAML or JSON, in the form's parameter names
  --out DIR        folder to render into: absent, or empty
  --skeleton DIR   skeleton to render from; default: the one of this repository
  --help           this text`;

/** The skeleton of the repository that this file lies in. */
const OWN_SKELETON = join(__dirname, '..', '..', '..', 'skeleton');

/** Where the command writes, so that tests can listen. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/**
 * Runs the command.
 *
 * @param args without node and the script.
 * @returns the exit code: 0, or 1 where nothing was written.
 * @throws only what is a fault of ours, never of the person's.
 */
export async function runRenderCommand(args: readonly string[], streams: Streams): Promise<number> {
  const options = readArguments(args);
  if (typeof options === 'string') {
    streams.error(`${options}\n\n${USAGE}\n`);
    return 1;
  }
  if ('help' in options) {
    streams.out(`${USAGE}\n`);
    return 0;
  }
  try {
    const rendering = await renderSkeleton({
      answers: await readAnswers(options.answers),
      skeleton: options.skeleton,
      provenance: await provenanceOf(options.skeleton),
      target: options.out,
    });
    const { tenant, workload, aws } = rendering.settings;
    streams.out(`${rendering.files.join('\n')}\n`);
    streams.out(`\n${rendering.files.length} files written to ${options.out}: ${tenant.id}, ${workload} in ${aws.region}.\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof RenderingError)) throw error;
    streams.error(`${error.message}\nNothing was written.\n`);
    return 1;
  }
}

type Options = { readonly answers: string; readonly out: string; readonly skeleton: string } | { readonly help: true };

/** The options, or what is wrong with them in one sentence. */
function readArguments(args: readonly string[]): Options | string {
  const text = { type: 'string' } as const;
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: { answers: text, out: text, skeleton: text, help: { type: 'boolean' } },
      allowPositionals: false,
    }));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (values.help) return { help: true };
  const { answers, out, skeleton = OWN_SKELETON } = values;
  if (!answers && !out) return '--answers and --out are missing.';
  if (!answers) return '--answers is missing: the file with the tenant\'s answers.';
  if (!out) return '--out is missing: the folder to render into.';
  if (!skeleton) return '--skeleton is empty: the folder of the skeleton.';
  return { answers, out, skeleton };
}
