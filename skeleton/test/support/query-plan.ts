import { z } from 'zod';
import type { Queryable } from '../../src/runtime/http/queryable';

/** A node of PostgreSQL's plan with what it did (`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)`). */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string | undefined;
  /** Rows of one loop, on average. */
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  /** Rows of one loop that were read in vain. */
  readonly 'Rows Removed by Filter'?: number | undefined;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[] | undefined;
}
const planNode: z.ZodType<PlanNode> = z.lazy(() =>
  z.object({
    'Node Type': z.string(),
    'Relation Name': z.string().optional(),
    'Actual Rows': z.number(),
    'Actual Loops': z.number(),
    'Rows Removed by Filter': z.number().optional(),
    'Shared Hit Blocks': z.number(),
    'Shared Read Blocks': z.number(),
    Plans: z.array(planNode).optional(),
  }),
);

/** Runs a statement and says how it was done: the plan's nodes, the outermost first. */
export async function explain(database: Queryable, sql: string, parameters: unknown[]): Promise<PlanNode[]> {
  const { rows } = await database.query<{ 'QUERY PLAN': unknown }>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`,
    parameters,
  );
  const [{ Plan: root }] = z.tuple([z.object({ Plan: planNode })]).parse(rows[0]?.['QUERY PLAN']);
  return flatten(root);
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

/** Rows over all loops. */
export function rowsOf(node: PlanNode): number {
  return Math.round(node['Actual Rows'] * node['Actual Loops']);
}

/** Rows over all loops, those that were read in vain included. */
export function rowsRead(node: PlanNode): number {
  return rowsOf(node) + (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'];
}

/** Whether a node reads a table, or a partition whose name begins with the table's. */
export function isOf(table: string): (node: PlanNode) => boolean {
  return (node) => (node['Relation Name'] ?? '').startsWith(table);
}

/** Blocks that a node and all below it looked at. */
export function blocksOf(node: PlanNode | undefined): number {
  return (node?.['Shared Hit Blocks'] ?? 0) + (node?.['Shared Read Blocks'] ?? 0);
}
