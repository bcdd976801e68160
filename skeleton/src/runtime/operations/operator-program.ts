import { operate, type OperatorProgram } from './program';
import type { OperatorEnvironment } from '../environment';

/**
 * An operator's whole program: does what its command line asks for, and ends. SIGTERM and SIGINT end it between two steps; the
 * same command again does what is left.
 */
export function operatorProgram<Environment extends OperatorEnvironment, Workload>(
  program: OperatorProgram<Environment, Workload>,
): void {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());

  void operate({
    ...program,
    words: process.argv.slice(2),
    variables: process.env,
    signal: stopping.signal,
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
  }).then((exitCode) => {
    process.exitCode = exitCode;
  });
}
