/** What has to be undone, in the reverse order of its doing. */
export class Teardown {
  private readonly steps: { readonly name: string; readonly undo: () => Promise<void> }[] = [];

  add(name: string, undo: () => Promise<void>): void {
    this.steps.push({ name, undo });
  }

  /**
   * Undoes everything, the latest first; a step that fails does not keep the others from being done.
   *
   * @throws AggregateError with every failure.
   */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      try {
        await step.undo();
      } catch (error) {
        failures.push(new Error(`${step.name} was not stopped cleanly.`, { cause: error }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'The local stack was not stopped cleanly.');
  }
}

/**
 * Awaits all of them, so that nothing starts behind the back of a teardown that has begun.
 *
 * @throws the first failure, once none is under way any more.
 */
export async function allSettledOrThrow<T extends readonly unknown[]>(
  starting: readonly [...{ readonly [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  await Promise.allSettled(starting);
  return (await Promise.all(starting)) as unknown as T;
}
