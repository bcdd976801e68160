import { uuidV5 } from '../../../runtime/uuid-v5';

/** Namespaces of names (RFC 9562, 6.6), each for one use. */
const EVENT_NAMESPACE = '6a5c7f1e-0d0f-4a3b-9d5e-5b7f4f2a9c01';
const RESOURCE_NAMESPACE = '0f1d6b52-7c8e-4f64-8a55-3d1c0e9b7a02';

/** The id of what one submission changes: the same for the same content always. */
export function eventId(content: string): string {
  return uuidV5(EVENT_NAMESPACE, content);
}

/**
 * The id of a resource that came without one: the same for the same first identifier always, so that a later state of the same
 * thing finds it; without identifier, the same for the same content.
 *
 * @param content of the resource, compact.
 */
export function derivedResourceId(resourceType: string, identifier: unknown, content: string): string {
  const first: unknown = Array.isArray(identifier) ? identifier[0] : identifier;
  const { system, value } = isObject(first) ? first : {};
  return typeof value === 'string'
    ? uuidV5(RESOURCE_NAMESPACE, `${resourceType} ${typeof system === 'string' ? system : ''}|${value}`)
    : uuidV5(RESOURCE_NAMESPACE, `${resourceType} ${content}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
