/**
 * Finds the items that cannot be stored, by halving: `isStorable` is asked of the whole, then of halves, until each fault
 * stands alone. k faults among n items take about 2 k log2(n / k) questions.
 *
 * @throws what `isStorable` throws.
 */
export async function findPoisoned<Item>(
  items: readonly Item[],
  isStorable: (items: readonly Item[]) => Promise<boolean>,
): Promise<Set<Item>> {
  const poisoned = new Set<Item>();
  const suspects = items.length > 0 ? [items] : [];
  for (let some = suspects.pop(); some !== undefined; some = suspects.pop()) {
    if (await isStorable(some)) continue;
    const [only] = some;
    if (some.length === 1 && only !== undefined) {
      poisoned.add(only);
      continue;
    }
    const middle = Math.ceil(some.length / 2);
    suspects.push(some.slice(middle), some.slice(0, middle));
  }
  return poisoned;
}
