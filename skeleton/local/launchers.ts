import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface ProcessEntry {
  readonly parentPid: number;
  readonly groupId: number;
  readonly command: string;
}

/** More than the longest chain of npm, shell, and TypeScript runner. */
const CHAIN_MAX = 8;

/**
 * The processes that started this one for the same command line: npm, its shell, the TypeScript runner. A signal that
 * ends one of them does not reach us, so whoever wants to end with them has to look.
 *
 * They share the terminal's job (process group) and end with npm; where npm is not among them, it is the parent alone.
 */
export function launcherPids(): number[] {
  const own = processEntry(process.pid);
  const chain: number[] = [];
  let pid = process.ppid;
  while (own !== undefined && pid > 1 && chain.length < CHAIN_MAX) {
    const entry = processEntry(pid);
    if (entry === undefined || entry.groupId !== own.groupId) break;
    chain.push(pid);
    if (/(^|[/\s])(npm|npm-cli\.js|npx)(\s|$)/.test(entry.command)) return chain;
    pid = entry.parentPid;
  }
  return process.ppid > 1 ? [process.ppid] : [];
}

/** Whether a process of this id runs. One that has ended and waits for its parent to take note (a zombie) does not. */
export function isRunning(pid: number): boolean {
  if (process.platform === 'linux') return /^[^ZX]/.test(statOf(pid)?.state ?? 'X');
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Someone else's process: it runs, and we may not signal it.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function processEntry(pid: number): ProcessEntry | undefined {
  try {
    return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
  } catch {
    return undefined;
  }
}

interface Stat {
  readonly state: string;
  readonly parentPid: number;
  readonly groupId: number;
}

/** `/proc/<pid>/stat`: the name in parentheses may hold anything, so fields are counted after the last `)` (proc(5)). */
function statOf(pid: number): Stat | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const [state = 'X', parentPid, groupId] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state, parentPid: Number(parentPid), groupId: Number(groupId) };
}

function fromProc(pid: number): ProcessEntry | undefined {
  const stat = statOf(pid);
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  return stat && { parentPid: stat.parentPid, groupId: stat.groupId, command };
}

function fromPs(pid: number): ProcessEntry | undefined {
  const line = execFileSync('ps', ['-o', 'ppid=,pgid=,command=', '-p', String(pid)], { encoding: 'utf8' });
  const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/m.exec(line);
  return match ? { parentPid: Number(match[1]), groupId: Number(match[2]), command: match[3] ?? '' } : undefined;
}
