/** Requests a second that are served in the long run, and how many are taken at once. More are answered 429. */
export interface Throttle {
  readonly requestsPerSecond: number;
  readonly burst: number;
}
