import { z } from 'zod';
import type { Synthesis } from './synthesis';

type Variables = Readonly<Record<string, string | undefined>>;

const functionSchema = z.object({ Variables: z.record(z.string(), z.unknown()) });
const containersSchema = z.tuple([
  z.looseObject({ Environment: z.array(z.object({ Name: z.string(), Value: z.unknown() })) }),
]);

/**
 * What the stack tells a program, by the physical name of its function or the family of its task; `made-NAME` for what is known when it is
 * deployed only. Throws when there is no such program.
 */
export function programVariables({ resources, stack }: Synthesis, name: string): Record<string, string> {
  const handler = resources.find(
    ({ Type, Properties }) => Type === 'AWS::Lambda::Function' && Properties.FunctionName === name,
  );
  if (handler !== undefined) {
    // Lambda sets this one itself.
    return {
      AWS_REGION: stack.region,
      ...made(Object.entries(functionSchema.parse(handler.Properties.Environment).Variables)),
    };
  }
  const task = resources.find(
    ({ Type, Properties }) => Type === 'AWS::ECS::TaskDefinition' && Properties.Family === name,
  );
  if (task === undefined) throw new Error(`There is neither a function nor a task ${name}.`);
  const [{ Environment }] = containersSchema.parse(task.Properties.ContainerDefinitions);
  return made(Environment.map(({ Name, Value }) => [Name, Value]));
}

function made(variables: ReadonlyArray<[name: string, value: unknown]>): Record<string, string> {
  return Object.fromEntries(
    variables.map(([name, value]) => [name, typeof value === 'string' ? value : (MADE[name] ?? `made-${name}`)]),
  );
}

/** Values that a parser takes, of what is not known before it is deployed. */
const MADE: Readonly<Record<string, string>> = {
  CACHE_ENDPOINT: 'cache.example:6379',
  QUEUE_ENDPOINT: 'queue.example:6380',
};

/** Parses variables as a program does. Returns the names of those that it never asked for. Throws what the parsers throw. */
export function unreadBy(
  variables: Variables,
  ...parsers: ReadonlyArray<(variables: Variables) => unknown>
): readonly string[] {
  const unread = new Set(Object.keys(variables));
  const watched = new Proxy(variables, {
    get: (target, name) => {
      unread.delete(String(name));
      return Reflect.get(target, name) as unknown;
    },
  });
  for (const parse of parsers) parse(watched);
  return [...unread];
}
