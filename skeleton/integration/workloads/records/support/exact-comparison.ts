import { isLosslessNumber, parse } from 'lossless-json';

/**
 * Where two resources differ, letter by letter: elements that one has and the other has not, other values, other digits of a
 * number (`1.0` for `1.00`), another order of a list. The order of an object's names says nothing in JSON. Left out are
 * `meta.versionId` and `meta.lastUpdated`, which are the server's.
 *
 * @returns the path of the first difference and its kind; `undefined` when there is none.
 */
export function firstDifference(sent: string, shown: string): string | undefined {
  return difference(withoutServersMeta(parse(sent)), withoutServersMeta(parse(shown)), '');
}

function difference(one: unknown, other: unknown, path: string): string | undefined {
  if (isLosslessNumber(one) || isLosslessNumber(other)) {
    const isSame = isLosslessNumber(one) && isLosslessNumber(other) && one.value === other.value;
    return isSame ? undefined : `${path}: other digits`;
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    if (one.length !== other.length) return `${path}: ${one.length} elements, and ${other.length} shown`;
    return first(one.keys(), (index) => difference(one[index], other[index], `${path}[${index}]`));
  }
  if (isObject(one) && isObject(other)) {
    const names = new Set([...Object.keys(one), ...Object.keys(other)]);
    return first(names, (name) => {
      if (!Object.hasOwn(other, name)) return `${path}.${name}: not shown`;
      if (!Object.hasOwn(one, name)) return `${path}.${name}: shown, and not sent`;
      return difference(one[name], other[name], `${path}.${name}`);
    });
  }
  return one === other ? undefined : `${path}: another value`;
}

function first<Item>(items: Iterable<Item>, find: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function withoutServersMeta(resource: unknown): unknown {
  if (!isObject(resource) || !isObject(resource.meta)) return resource;
  const { versionId: _, lastUpdated: __, ...meta } = resource.meta;
  const { meta: ___, ...rest } = resource;
  return Object.keys(meta).length === 0 ? rest : { ...rest, meta };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
