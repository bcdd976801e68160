/** A statement with its parameters. */
export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** A statement for the versions on a page: rows `resource_type, resource_id, version_id`, in no order, one more than fits. */
export interface PageStatement extends Statement {
  /** The order of the page, by columns of rows `version` of `resource_version`. */
  readonly order: string;
}

/** Collects the parameters of a statement while its text is written, so that no value ever gets into the text. */
export class StatementValues {
  private readonly values: unknown[] = [];
  private readonly queries: string[] = [];

  /** What stands for a value in the text. */
  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  /** The name of a query that is run once, whatever asks for its rows. */
  once(query: string): string {
    return `once_${this.queries.push(query)}`;
  }

  page(text: string, order: string): PageStatement {
    return { ...this.statement(text), order };
  }

  statement(text: string): Statement {
    const named = this.queries.map((query, index) => `once_${index + 1} AS MATERIALIZED (${query})`);
    return { text: named.length === 0 ? text : `WITH ${named.join(',\n')}\n${text}`, values: this.values };
  }
}
