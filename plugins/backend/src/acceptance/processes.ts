import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Processes whose command line or working directory lies in the folder: `pid command line`, one an entry. */
export async function processesOf(folder: string): Promise<string[]> {
  if (existsSync('/proc/self/cmdline')) return processesFromProc(folder);
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,args=']);
  return stdout.split('\n').filter((line) => line.includes(folder));
}

async function processesFromProc(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      // A process may end between listing and reading.
      const [words, workingDirectory] = await Promise.all([
        readFile(join('/proc', pid, 'cmdline'), 'utf8').catch(() => ''),
        readlink(join('/proc', pid, 'cwd')).catch(() => ''),
      ]);
      const line = words.replaceAll('\0', ' ').trim();
      return line.includes(folder) || workingDirectory.startsWith(folder) ? [`${pid} ${line}`] : [];
    }),
  );
  return found.flat();
}
