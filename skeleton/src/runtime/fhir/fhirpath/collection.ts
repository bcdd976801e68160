/**
 * What an expression gives: items in JSON, in their order. A primitive element that has an extension in place of a value is
 * the object with the extension.
 */
export type Collection = readonly unknown[];

export const NOTHING: Collection = [];
export const YES: Collection = [true];
export const NO: Collection = [false];

export function truth(value: boolean): Collection {
  return value ? YES : NO;
}

/** As a condition: true, false, or neither for nothing. What is there and no boolean counts as true (FHIRPath, "Singleton Evaluation"). */
export function conditionOf(collection: Collection): boolean | undefined {
  if (collection.length === 0) return undefined;
  return collection[0] !== false;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The children of an item by a name in JSON.
 *
 * @param besideName of what stands beside a primitive. It is given by those who ask often: to make it takes longer than the rest.
 */
export function childrenNamed(item: unknown, name: string, besideName = `_${name}`): unknown[] {
  if (!isObject(item)) return [];
  const value = item[name];
  const beside = item[besideName];
  if (value === undefined) return itemsOf(beside);
  if (!Array.isArray(value)) return value === null ? itemsOf(beside) : [value];
  const others: readonly unknown[] = Array.isArray(beside) ? beside : [];
  return value.map((one: unknown, index) => one ?? others[index]).filter((one) => one !== null && one !== undefined);
}

/** All children of an item. */
export function childrenOf(item: unknown): unknown[] {
  if (!isObject(item)) return [];
  const names = new Set(Object.keys(item).map((name) => name.replace(/^_/, '')));
  return [...names].filter((name) => name !== 'resourceType').flatMap((name) => childrenNamed(item, name));
}

/** Children, their children, and so on. */
export function descendantsOf(item: unknown): unknown[] {
  return childrenOf(item).flatMap((child) => [child, ...descendantsOf(child)]);
}

function itemsOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.filter((one) => one !== null) : [value];
}

/** Whether two items say the same. It ends at the first difference: a rule may compare every item of one list with every one of another. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) && one.length === other.length && one.every((item, index) => isEqual(item, other[index]))
    );
  }
  if (!isObject(one) || !isObject(other)) return false;
  const names = Object.keys(one);
  for (const name of names) {
    if (!isEqual(one[name], other[name])) return false;
  }
  return names.length === Object.keys(other).length;
}

export function distinctItems(collection: Collection): unknown[] {
  const found: unknown[] = [];
  const simple = new Set<unknown>();
  for (const item of collection) {
    if (typeof item !== 'object') {
      if (!simple.has(item)) found.push(item);
      simple.add(item);
    } else if (!found.some((one) => isEqual(one, item))) {
      found.push(item);
    }
  }
  return found;
}
