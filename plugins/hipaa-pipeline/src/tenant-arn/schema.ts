import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';

/** The field's answer, a text; it has no options of its own. */
export const tenantArnSchema = makeFieldSchema({ output: (z) => z.string() });
