/**
 * Why Redis did not do what it was asked: words of the log, which every pipeline shares, with or without a cache.
 *
 * - `paused`: it was not asked, since it has failed a moment ago.
 * - `timeout`: no answer in time. What was asked may still be done later.
 * - `connection`: no connection, or one that broke.
 * - `authentication`: the auth token is not, or no longer, the right one.
 * - `out_of_memory`, `read_only`, `cluster_down`, `loading`: the server's own answers of these kinds.
 * - `refused`: any other answer that is an error: it tells of the command or its key, and not of the server.
 * - `other`: no error of Redis.
 */
export const CACHE_FAULTS = [
  'paused',
  'timeout',
  'connection',
  'authentication',
  'out_of_memory',
  'read_only',
  'cluster_down',
  'loading',
  'refused',
  'other',
] as const;
