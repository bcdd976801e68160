import type { DATABASE_INSTANCE_CLASSES } from '../tenant';

export type DatabaseInstanceClass = (typeof DATABASE_INSTANCE_CLASSES)[number];

/** Cores and memory of each class (Amazon RDS User Guide, "Hardware specifications for DB instance classes"), the smallest first. */
export const INSTANCE_SIZES: Readonly<
  Record<DatabaseInstanceClass, { readonly cores: number; readonly memoryGibibytes: number }>
> = {
  'r6g.large': { cores: 2, memoryGibibytes: 16 },
  'r6g.xlarge': { cores: 4, memoryGibibytes: 32 },
  'r6g.2xlarge': { cores: 8, memoryGibibytes: 64 },
  'r6g.4xlarge': { cores: 16, memoryGibibytes: 128 },
  'r6g.8xlarge': { cores: 32, memoryGibibytes: 256 },
};

/**
 * Resources that a core of the database is planned to store in a second, so that reads, maintenance and the copy to the standby have their
 * share. `npm run bench` tells what a machine really stores.
 */
const RESOURCES_PER_SECOND_AND_CORE = 625;

/** The smallest class that stores a peak rate; the largest there is above what that one stores. */
export function instanceClass(peakEventsPerSecond: number): DatabaseInstanceClass {
  const classes = Object.keys(INSTANCE_SIZES) as DatabaseInstanceClass[];
  const fitting = classes.find(
    (name) => INSTANCE_SIZES[name].cores * RESOURCES_PER_SECOND_AND_CORE >= peakEventsPerSecond,
  );
  return fitting ?? 'r6g.8xlarge';
}

const GIBIBYTE = 1024 ** 3;

/** What RDS reckons for a connection, and the most it allows (Amazon RDS User Guide, "Maximum number of database connections"). */
const BYTES_PER_CONNECTION = 9_531_392;
const CONNECTIONS_LIMIT = 5_000;

/** What of the memory RDS counts: the system and RDS's own programs take the rest. A careful guess, since AWS tells no figure. */
const COUNTED_MEMORY = 0.9;

/** Connections that a server of a class takes, by RDS's own setting of `max_connections`. */
export function connectionsMax(name: DatabaseInstanceClass): number {
  const counted = INSTANCE_SIZES[name].memoryGibibytes * GIBIBYTE * COUNTED_MEMORY;
  return Math.min(CONNECTIONS_LIMIT, Math.floor(counted / BYTES_PER_CONNECTION));
}
