import { Log } from './log';

/**
 * Lets a crash be logged like everything else. Node.js would print the error with its message, and with what a driver hung
 * on it, which may be patient data; here it is reduced first. The process then ends with code 1, since what it was doing is
 * unknown: another one takes over from the last checkpoint.
 */
export function logCrashes(log: Log, end: (code: number) => void = (code) => process.exit(code)): void {
  const crash = (error: unknown) => {
    log.event('process.crashed', { error });
    end(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
}
