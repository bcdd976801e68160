import { fhirPathOfSteps } from './fhir-path';
import type { Issue } from '../operation-outcome';

/** Faults kept of one resource. More are counted only: a person mends the first ones, and memory has an end. */
const ISSUES_MAX = 20;

/** Collects what is wrong with a resource while a validator walks through it. */
export class Faults {
  /** Steps from the root to the element that is looked at. */
  readonly steps: (string | number)[] = [];
  count = 0;
  private readonly kept: Issue[] = [];

  constructor(
    private readonly root: string,
    /** The resource that is contained in no other; in a Bundle, the entry's. */
    public rootResource: unknown,
  ) {}

  /** At the element that is looked at, or at a child of it. */
  add(code: Issue['code'], diagnostics: string, child?: string): void {
    this.count += 1;
    if (this.kept.length >= ISSUES_MAX) return;
    const steps = child === undefined ? this.steps : [...this.steps, child];
    this.kept.push({ code, diagnostics, expression: fhirPathOfSteps(this.root, steps) });
  }

  issues(): Issue[] {
    const rest = this.count - this.kept.length;
    if (rest === 0) return this.kept;
    return [
      ...this.kept,
      { severity: 'information', code: 'informational', diagnostics: `${rest} more issues are not listed` },
    ];
  }
}
