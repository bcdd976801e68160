/**
 * A resource of a transaction in which references by another entry's `fullUrl` are references by `Type/id` (FHIR R4, RESTful API,
 * "Transaction Processing Rules"). A fragment or a version behind the URL stays behind it.
 *
 * @param targets `Type/id` by `fullUrl`.
 */
export function rewrittenReferences(value: unknown, targets: ReadonlyMap<string, string>): unknown {
  if (targets.size === 0) return value;
  if (Array.isArray(value)) return value.map((one) => rewrittenReferences(one, targets));
  // What has a prototype of its own is a number with its digits.
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [
      name,
      name === 'reference' && typeof child === 'string'
        ? rewritten(child, targets)
        : rewrittenReferences(child, targets),
    ]),
  );
}

function rewritten(reference: string, targets: ReadonlyMap<string, string>): string {
  const [, url = '', rest = ''] = /^(.*?)((?:\/_history\/[^#]*)?(?:#.*)?)$/s.exec(reference) ?? [];
  const target = url === '' ? undefined : (targets.get(url) ?? targets.get(url.toLowerCase()));
  return target === undefined ? reference : `${target}${rest}`;
}
