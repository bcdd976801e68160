import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import type { ChildGuard } from './child-guard';
import { LocalStackError } from './errors';

export interface ProcessSettings {
  /** For people: `processor 1`. */
  readonly name: string;
  /** Script and arguments for this Node. */
  readonly nodeArguments: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it writes goes here; begun anew by `start`. */
  readonly logFile: string;
  readonly guard: ChildGuard;
  /** Asked again and again until it says true; then the process counts as started. */
  readonly isHealthy: () => Promise<boolean>;
  /** Time until it has to be healthy. Default 60 s. */
  readonly startPatienceMs?: number;
  /** Time from SIGTERM to SIGKILL. Default 20 s; 0 kills at once. */
  readonly stopPatienceMs?: number;
  /**
   * `restart`: as ECS does, after a pause that grows with each crash in a row. `report`: calls `onLost`, since what the
   * process held in memory is gone.
   */
  readonly afterCrash: 'restart' | 'report';
  /** Longest pause before it is started again. Default 10 s. */
  readonly restartPauseMaxMs?: number;
  readonly onLost?: (reason: string) => void;
}

const HEALTH_POLL_MS = 50;
const RESTART_PAUSE_FIRST_MS = 250;
const RESTART_PAUSE_MAX_MS = 10_000;
/** A process that ran as long as this has not crashed "in a row". */
const STEADY_MS = 30_000;
const LOG_LINES_SHOWN = 12;

/** A child process that is started until healthy, watched, restarted, and stopped. */
export class SupervisedProcess {
  private child: ChildProcess | undefined;
  private exited: Promise<void> = Promise.resolve();
  private stopping = false;
  private started = false;
  private crashesInARow = 0;
  private restartTimer: NodeJS.Timeout | undefined;
  private restarts = 0;

  constructor(private readonly settings: ProcessSettings) {}

  /** Id of the running process; `undefined` while none runs. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  get logFile(): string {
    return this.settings.logFile;
  }

  /** How often it was started again after a crash. */
  get restartCount(): number {
    return this.restarts;
  }

  /**
   * Starts it and waits until it is healthy.
   *
   * @throws LocalStackError with the last lines of its log when it ends or is not healthy in time. Nothing runs then.
   */
  async start(): Promise<void> {
    const { name, logFile, isHealthy, startPatienceMs = 60_000 } = this.settings;
    writeFileSync(logFile, '');
    this.stopping = false;
    this.spawn();
    const deadline = Date.now() + startPatienceMs;
    while (!(await isHealthy())) {
      if (this.child === undefined) throw new LocalStackError(`${name} ended while it started. ${this.logExcerpt()}`);
      if (Date.now() > deadline) {
        await this.stop();
        throw new LocalStackError(
          `${name} was not healthy within ${Math.round(startPatienceMs / 1_000)} s. ${this.logExcerpt()}`,
        );
      }
      await pause(HEALTH_POLL_MS);
    }
    this.started = true;
    // It may have ended between its last good answer and now: then it is treated as any later crash.
    if (this.child === undefined) this.afterCrash('ended');
  }

  /** Sends a signal, as an operator or the out-of-memory killer would. The supervisor then does what it does. */
  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Ends it, the gentle way first, and waits until it is gone. */
  async stop(): Promise<void> {
    const { stopPatienceMs = 20_000 } = this.settings;
    this.stopping = true;
    this.started = false;
    clearTimeout(this.restartTimer);
    const { child } = this;
    if (child === undefined) return;
    child.kill(stopPatienceMs === 0 ? 'SIGKILL' : 'SIGTERM');
    const lastResort = setTimeout(() => child.kill('SIGKILL'), stopPatienceMs);
    await this.exited;
    clearTimeout(lastResort);
  }

  private spawn(): void {
    const { nodeArguments, environment, logFile, guard } = this.settings;
    const log = openSync(logFile, 'a');
    const startedAtMs = Date.now();
    // A group of its own: Ctrl-C in a terminal is for the stack, which stops its processes in order.
    const child = spawn(process.execPath, [...nodeArguments], {
      env: { ...environment },
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    const { pid } = child;
    if (pid !== undefined) guard.watch(pid);
    this.child = child;
    this.exited = new Promise((resolve) => {
      const settle = (how: string): void => {
        if (this.child !== child) return;
        this.child = undefined;
        if (pid !== undefined) guard.forget(pid);
        if (Date.now() - startedAtMs > STEADY_MS) this.crashesInARow = 0;
        resolve();
        if (this.started && !this.stopping) this.afterCrash(how);
      };
      child.once('exit', (code, signal) => settle(signal === null ? `exit code ${code}` : signal));
      child.once('error', (error) => settle(error.message));
    });
  }

  private afterCrash(how: string): void {
    const { name, afterCrash, onLost, restartPauseMaxMs = RESTART_PAUSE_MAX_MS } = this.settings;
    if (afterCrash === 'report') {
      onLost?.(`${name} ended (${how}). ${this.logExcerpt()}`);
      return;
    }
    const pauseMs = Math.min(restartPauseMaxMs, RESTART_PAUSE_FIRST_MS * 2 ** this.crashesInARow);
    this.crashesInARow += 1;
    this.restarts += 1;
    this.restartTimer = setTimeout(() => this.spawn(), pauseMs);
  }

  private logExcerpt(): string {
    const { logFile } = this.settings;
    const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_LINES_SHOWN);
    return `Its log is ${logFile}; the last lines:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
