import type { TokenEntry } from '../record-event';
import type { ElementUse } from './search-parameters';

/** A longer one cannot be a key of the database's index (2,704 bytes), and nobody types it: no search finds it. */
const TOKEN_LENGTH_MAX = 600;

/** What a token parameter finds an element by (FHIR R4, Search, "token"). */
export function tokensOf(value: unknown, { parameter, type, where }: ElementUse): TokenEntry[] {
  if (where !== undefined && !(isObject(value) && value[where.element] === where.value)) return [];
  return pairsOf(value, type).flatMap(({ system, code }) =>
    typeof code === 'string' && code !== '' && `${textOf(system)}${code}`.length <= TOKEN_LENGTH_MAX
      ? [{ parameter, system: textOf(system), code }]
      : [],
  );
}

interface Pair {
  readonly system?: unknown;
  readonly code: unknown;
}

function pairsOf(value: unknown, type: string): Pair[] {
  if (!isObject(value)) return [{ code: typeof value === 'boolean' ? String(value) : value }];
  switch (type) {
    case 'CodeableConcept':
      return Array.isArray(value.coding) ? value.coding.filter(isObject).map(pairOf) : [];
    case 'Coding':
      return [pairOf(value)];
    case 'Identifier':
      return [{ system: value.system, code: value.value }];
    case 'ContactPoint':
      return [{ code: value.value }];
    default:
      return [];
  }
}

function pairOf({ system, code }: Record<string, unknown>): Pair {
  return { system, code };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
