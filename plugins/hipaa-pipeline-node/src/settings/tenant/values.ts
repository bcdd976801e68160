/** Looks into answers that may be anything: what is not there, or not of the kind, is `undefined`. */

export function numberAt(
  answers: unknown,
  field: string,
  [minimum, maximum]: readonly [number, number],
): number | undefined {
  const value = valueAt(answers, field.split('.'));
  return typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum
    ? value
    : undefined;
}

export function textAt(answers: unknown, field: string, pattern: RegExp): string | undefined {
  const value = valueAt(answers, field.split('.'));
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

export function valueAt(answers: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    answers,
  );
}
