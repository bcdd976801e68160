import { HOSPITAL_PARAMETER } from './scope';
import { Problem } from '../http/problem';

/** What every request may have. */
const ALWAYS = ['accept', HOSPITAL_PARAMETER];

/** @throws Problem 400 for a query parameter that is not offered, since passed over it would be taken for done. */
export function requireParameters(query: URLSearchParams, offered: readonly string[]): void {
  const legal = [...offered, ...ALWAYS];
  if ([...query.keys()].every((name) => legal.includes(name))) return;
  throw new Problem(
    400,
    'parameter_invalid',
    `There is a parameter that is not offered here: expected none but ${legal.join(', ')}.`,
  );
}
