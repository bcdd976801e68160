import { relative } from 'node:path';
import type { LocalOutputs } from './outputs';

/** What a workload has to say of itself when its stack is up. */
export interface Introduction {
  /** Where things are, by names of one word or two. */
  readonly places: ReadonlyArray<readonly [name: string, place: string]>;
  /** What a person may do first: lines for a shell, comments among them. */
  readonly next: readonly string[];
}

export interface StartedStack {
  readonly outputs: LocalOutputs;
  readonly introduction: Introduction;
  /** `host:port`. */
  readonly postgres: string;
  readonly outputsFile: string;
  readonly logDirectory: string;
  readonly startedInMs: number;
}

/** Of a workload with an API that asks for nothing but a signature. */
export function introduceApi({ ApiUrl: url, CacheEndpoint: cache }: LocalOutputs): Introduction {
  return {
    places: [['API', url], ...(cache === undefined ? [] : [['Redis', cache] as const])],
    next: [`curl ${url}metadata`],
  };
}

/** What `npm run local` says when everything runs. */
export function summary({ outputs, introduction, ...stack }: StartedStack): string {
  const places = [
    ...introduction.places,
    ['Kinesis', `${outputs.LocalKinesisEndpoint}  stream ${outputs.KinesisStreamName}`],
    ['PostgreSQL', `${stack.postgres}  database ${outputs.DatabaseName}`],
    ['Outputs', relative(process.cwd(), stack.outputsFile)],
    ['Logs', relative(process.cwd(), stack.logDirectory)],
  ] as const;
  const width = Math.max(...places.map(([name]) => name.length));
  return `
The pipeline of ${outputs.TenantId} runs (started in ${(stack.startedInMs / 1_000).toFixed(1)} s).

${places.map(([name, place]) => `  ${name.padEnd(width)} ${place}`).join('\n')}

Try next:
${introduction.next.map((line) => `  ${line}`).join('\n')}
  npm run integration        in another terminal
  npm run local -- --demo    to watch simulated patients

Ctrl-C stops it.
`;
}
