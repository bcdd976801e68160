/**
 * What the estimate of any workload takes for granted, beside the settings; `workloads/` has what each one adds. Each is a guess that the
 * first month's figures correct: change it here, and `npm run cost` counts anew.
 */
export const ASSUMPTIONS = {
  /** Hours of a month. */
  hoursPerMonth: 730,
  /** Queries a second, on the mean, and how long the function works on one. */
  queriesPerSecond: 10,
  secondsPerQuery: 0.1,
  /** GB of logs a day, of all kinds: processors, API, flow log, database. */
  logGigabytesPerDay: 2,
  /** What of them is audit record, which is kept as long as the frameworks ask, however short other logs are kept. */
  auditPartOfLogs: 0.5,
  /** What of a log's size is left when it is kept. */
  logCompression: 0.15,
} as const;
