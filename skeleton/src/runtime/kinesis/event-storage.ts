/**
 * How a workload's events get into the database: queries that the runtime puts into the statement that commits a batch, so
 * that no workload can leave out the fence.
 */
export interface EventStorage<Event> {
  /** Of the prepared statement. */
  readonly name: string;
  /** For people, by reason code, why the database's own functions refuse an event. */
  readonly refusalReasons: Readonly<Record<string, string>>;
  /** Types in SQL of the parameters, without `[]`. */
  readonly parameterTypes: readonly string[];
  /** One array a parameter, in the order of `parameterTypes`. */
  parameters(events: readonly Event[]): unknown[][];
  /**
   * Queries of a WITH clause. The last one is `answer` and has the columns of `StoreAnswer`.
   *
   * They may read `lease (held)`, which has one row while the worker owns the shard and none otherwise, **and must write
   * nothing without that row**.
   *
   * @param parameters what stands for the parameters, such as `$13::text[]`.
   */
  queries(parameters: readonly string[]): string;
}

/** What became of the events of one call. */
export interface StoreAnswer {
  /** Events that brought something new; those that did not were known already. */
  readonly stored: number;
  /** Events that were not stored, by their place among those of the call, from 1. */
  readonly refused: readonly number[];
  /** Why, one for each of `refused`. */
  readonly reason_codes: readonly string[];
}

/** Where accepted events go that are rows of one table. */
export interface EventTable<Event> {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** Column with the event's own id, by which stored events are counted. */
  readonly eventIdColumn: string;
  /** One array a column, in the order of `columns`, all of one length: an event makes one row or several. */
  rows(events: readonly Event[]): unknown[][];
}

export interface TableColumn {
  readonly name: string;
  /** Type in SQL, without `[]`. */
  readonly type: string;
}

/** Inserts rows, and passes over those that the table has already. */
export function tableStorage<Event>(table: EventTable<Event>): EventStorage<Event> {
  const columns = table.columns.map(({ name }) => name).join(', ');
  return {
    name: table.name,
    parameterTypes: table.columns.map(({ type }) => type),
    parameters: (events) => table.rows(events),
    queries: (parameters) => `
      inserted AS (
        INSERT INTO ${table.name} (${columns})
        SELECT ${columns} FROM unnest(${parameters.join(', ')}) AS item (${columns}) CROSS JOIN lease
        ON CONFLICT DO NOTHING
        RETURNING ${table.eventIdColumn}
      ), answer AS (
        SELECT count(DISTINCT ${table.eventIdColumn})::integer AS stored,
          '{}'::integer[] AS refused, '{}'::text[] AS reason_codes
        FROM inserted
      )`,
    refusalReasons: {},
  };
}

/** A function of the database that stores what it can. */
export interface StoringFunction<Event> {
  /** Its name. Its first parameter is a boolean; the columns of its one row are those of `StoreAnswer`. */
  readonly name: string;
  /** As in `EventStorage`. */
  readonly refusalReasons: Readonly<Record<string, string>>;
  /** Types in SQL of the further parameters, without `[]`: all are arrays. */
  readonly parameterTypes: readonly string[];
  parameters(events: readonly Event[]): unknown[][];
}

/** Calls a function once for all events. */
export function functionStorage<Event>(storing: StoringFunction<Event>): EventStorage<Event> {
  return {
    ...storing,
    parameters: (events) => storing.parameters(events),
    // By its first argument the call depends on the lease's row: without it, a plan might make the call first.
    queries: (parameters) => `
      answer AS (
        SELECT outcome.stored, outcome.refused, outcome.reason_codes
        FROM lease CROSS JOIN LATERAL ${storing.name}(lease.held, ${parameters.join(', ')}) AS outcome
      )`,
  };
}
