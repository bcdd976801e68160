/**
 * Gives the resources of one template the logical ids of another that was made alike, in the same order.
 *
 * CDK makes some ids of the stack's name or of what is in a resource, so they change with the suffix. A template keeps those of the tenant's
 * own environment: so it is, resource for resource, the one that `cdk deploy` deploys.
 *
 * @throws Error when the two do not have the same resources.
 */
export function withLogicalIdsOf(resources: Resources, model: Resources, value: unknown): unknown {
  const ids = Object.keys(resources);
  const modelIds = Object.keys(model);
  const renamed = new Map(ids.map((id, index) => [id, modelIds[index] ?? '']));
  const unlike = ids.filter((id) => resources[id]?.Type !== model[renamed.get(id) ?? '']?.Type);
  if (ids.length !== modelIds.length || unlike.length > 0) {
    throw new Error(`The resources depend on the suffix: ${ids.length} and ${modelIds.length}; ${unlike.join(', ')}.`);
  }
  return rename(value, renamed);
}

export type Resources = Readonly<Record<string, { readonly Type: string }>>;

function rename(value: unknown, renamed: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => rename(item, renamed));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [renamed.get(key) ?? key, renameIn(key, child, renamed)]),
  );
}

function renameIn(key: string, value: unknown, renamed: ReadonlyMap<string, string>): unknown {
  const one = (id: unknown) => (typeof id === 'string' ? (renamed.get(id) ?? id) : id);
  switch (key) {
    case 'Ref':
      return one(value);
    case 'DependsOn':
      return Array.isArray(value) ? value.map(one) : one(value);
    case 'Fn::GetAtt':
      return Array.isArray(value) ? [one(value[0]), ...value.slice(1)] : renameAttribute(String(value), renamed);
    case 'Fn::Sub':
      return Array.isArray(value)
        ? [renameVariables(String(value[0]), renamed), rename(value[1], renamed)]
        : renameVariables(String(value), renamed);
    default:
      return rename(value, renamed);
  }
}

function renameAttribute(reference: string, renamed: ReadonlyMap<string, string>): string {
  const [id = '', ...attribute] = reference.split('.');
  return [renamed.get(id) ?? id, ...attribute].join('.');
}

function renameVariables(pattern: string, renamed: ReadonlyMap<string, string>): string {
  return pattern.replace(/\$\{([^!}]+)\}/g, (_, reference: string) => `\${${renameAttribute(reference, renamed)}}`);
}
