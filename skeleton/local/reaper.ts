import { ChildProcess, spawn } from 'node:child_process';

/** What has to go when the process that owns it is gone, however it went. */
export interface Remains {
  /** File whose first line is the id of the process to stop, read when the time comes; it need not exist yet. */
  readonly pidFile: string;
  /** Folder to remove afterwards. */
  readonly directory: string;
}

const SCRIPT = `
read -r word
[ "$word" = released ] && exit 0
pid=$(head -n 1 "$1" 2>/dev/null)
if [ -n "$pid" ]; then
  kill -INT "$pid" 2>/dev/null
  tries=0
  while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -QUIT "$pid" 2>/dev/null
fi
rm -rf "$2"
`;

/**
 * Watches over a server for us: a small shell that waits on a pipe from this process. The pipe closes when this process
 * ends, even by SIGKILL, and then the shell stops the server and removes its folder. It stands in a group of its own, so
 * that Ctrl-C does not take it first.
 *
 * @returns a function that dismisses it, once the owner has cleaned up itself.
 */
export function reapWhenThisProcessEnds({ pidFile, directory }: Remains): () => void {
  const reaper: ChildProcess = spawn('/bin/sh', ['-c', SCRIPT, 'reaper', pidFile, directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  reaper.unref();
  const pipe = reaper.stdin;
  if (pipe && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
  pipe?.on('error', () => undefined);
  return () => {
    pipe?.end('released\n');
  };
}
