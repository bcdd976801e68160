import type { Framework } from '../../src/tenant';

/** A test that shows a safeguard, by its file (from the repository's root) and the words of its name. */
export interface Proof {
  readonly file: string;
  readonly test: string;
}

/** One duty of a framework, what answers it here, and what shows that. */
export interface Safeguard {
  readonly framework: Framework;
  /** Where the duty stands, such as `164.312(b)`. */
  readonly citation: string;
  /** The duty in its own title's words. */
  readonly duty: string;
  /** What in this pipeline answers it. */
  readonly answer: string;
  /** Files in which that is built, from the repository's root. */
  readonly builtIn: readonly string[];
  readonly provedBy: readonly Proof[];
  /** What the hospital itself must do beside it. Default: nothing. */
  readonly leftToYou?: string;
}
