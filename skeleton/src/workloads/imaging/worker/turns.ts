/** Lets one at a time do what takes much memory. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs the work when everyone before has finished. @throws what the work throws. */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
