import { isRunning, launcherPids } from './launchers';

/** Why the stack is to stop. */
export type StopReason = 'signal' | 'launcher gone' | 'time is up' | 'service lost';

export interface StopSignal {
  /** Resolves with the first reason to stop. */
  readonly asked: Promise<StopReason>;
  /** Whether one was given already. */
  readonly isAsked: boolean;
  ask(reason: StopReason): void;
  /** Stops watching, so that the process can end. */
  dismiss(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const LAUNCHERS_POLL_MS = 500;

/**
 * Listens for whatever ends the stack: SIGINT, SIGTERM or SIGHUP, the end of the process that launched us (npm, which a
 * CI system may kill without a word), or `ask`. Further signals are ignored while the stack stops, since stopping half way
 * would leave processes behind.
 */
export function listenForStop(): StopSignal {
  let isAsked = false;
  let resolveAsked: (reason: StopReason) => void = () => undefined;
  const asked = new Promise<StopReason>((resolve) => {
    resolveAsked = resolve;
  });
  const ask = (reason: StopReason): void => {
    isAsked = true;
    resolveAsked(reason);
  };
  const onSignal = (): void => ask('signal');
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const launchers = launcherPids();
  const watch = setInterval(() => {
    if (launchers.some((pid) => !isRunning(pid))) ask('launcher gone');
  }, LAUNCHERS_POLL_MS);
  return {
    asked,
    get isAsked() {
      return isAsked;
    },
    ask,
    dismiss: () => {
      clearInterval(watch);
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
