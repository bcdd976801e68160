/** The command `npm run render`: its arguments, what it prints, and its exit codes. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf, RenderingError } from './errors';
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

/** What the command has of its surroundings. */
export interface Surroundings {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Folder that relative paths begin at. */
  readonly directory: string;
}

/**
 * Runs the command.
 *
 * @param args without node and the script.
 * @returns the exit code: 0, or 1 where nothing was written.
 * @throws only what is a fault of ours, never of the person's.
 */
export async function runRenderCommand(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const options = readArguments(args);
  if (typeof options === 'string') {
    surroundings.error(`${options}\n\n${USAGE}\n`);
    return 1;
  }
  if ('help' in options) {
    surroundings.out(`${USAGE}\n`);
    return 0;
  }
  const at = (path: string) => resolve(surroundings.directory, path);
  try {
    const rendering = await renderSkeleton({
      answers: await readAnswers(at(options.answers)),
      skeleton: at(options.skeleton),
      provenance: await provenanceOf(at(options.skeleton)),
      target: at(options.out),
    });
    const { tenant, workload, aws } = rendering.settings;
    surroundings.out(`${rendering.files.join('\n')}\n`);
    surroundings.out(`\n${rendering.files.length} files written to ${at(options.out)}: ${tenant.id}, ${workload} in ${aws.region}.\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof RenderingError)) throw error;
    surroundings.error(`${error.message}\nNothing was written.\n`);
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
    return reasonOf(error);
  }
  if (values.help) return { help: true };
  const { answers, out, skeleton = OWN_SKELETON } = values;
  if (!answers && !out) return '--answers and --out are missing.';
  if (!answers) return "--answers is missing: the file with the tenant's answers.";
  if (!out) return '--out is missing: the folder to render into.';
  if (!skeleton) return '--skeleton is empty: the folder of the skeleton.';
  return { answers, out, skeleton };
}
