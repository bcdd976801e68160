/** How the program ends, for scripts and for the ECS task's `exitCode`. */
export const EXIT_CODES = {
  /** Done. */
  done: 0,
  /** A fault of the installation or an outage: what was done is done, and the same command goes on from there. */
  failed: 1,
  /** The command line or the environment is wrong; nothing was done. */
  usage: 2,
  /** What the command names is not there; nothing was done. */
  notFound: 3,
  /** A rule forbids it; nothing was done. */
  refused: 4,
} as const;

export type FailureKind = Exclude<keyof typeof EXIT_CODES, 'done'>;

/**
 * Something that the person who asked has to know: what, which value, what is legal, what next. The message holds no patient
 * data, since it is printed and logged.
 */
export class OperationError extends Error {
  constructor(
    readonly kind: FailureKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'OperationError';
  }

  get exitCode(): number {
    return EXIT_CODES[this.kind];
  }
}
