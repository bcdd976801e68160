/** How much of a caller's own value is repeated in the answer. */
const QUOTED_CHARACTERS_MAX = 64;

/** A value of a search parameter that cannot be used; the message says why and what is legal, and does not name the parameter. */
export class SearchValueError extends Error {
  override readonly name = 'SearchValueError';
}

/** The caller's value in quotes, shortened, with control characters made visible. */
export function quoted(value: string): string {
  const shown = value.length > QUOTED_CHARACTERS_MAX ? `${value.slice(0, QUOTED_CHARACTERS_MAX)}…` : value;
  return JSON.stringify(shown);
}
