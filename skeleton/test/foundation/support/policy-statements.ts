import { z } from 'zod';
import type { Resource } from './synthesis';

const statementSchema = z.looseObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: z.unknown().transform((value): unknown[] => (Array.isArray(value) ? value : [value])),
  // Absent where a role says who may assume it.
  Resource: z
    .unknown()
    .optional()
    .transform((value): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value])),
  Principal: z.unknown().optional(),
  Condition: z.record(z.string(), z.unknown()).optional(),
});
export type Statement = z.output<typeof statementSchema>;

/** Every statement of every policy in a resource. */
export function statementsOf(resource: Resource | undefined): Statement[] {
  const statements: Statement[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('Statement' in value && Array.isArray(value.Statement)) {
      statements.push(...z.array(statementSchema).parse(value.Statement));
    } else {
      Object.values(value).forEach(visit);
    }
  };
  visit(resource?.Properties);
  return statements;
}

/** A value as text. */
export function flat(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
