import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Large buffers are freed by another thread. */
const SWEEP_MS = 20;

let collect: (() => void) | undefined;

/**
 * Gives back the memory of frames before, which V8 does in its own time: it sees small objects that refer to much. Takes some
 * thirty milliseconds.
 */
export async function collectGarbage(): Promise<void> {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    // The flag holds for contexts that are made after it.
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  await setTimeout(SWEEP_MS);
}
