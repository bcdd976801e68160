import { z } from 'zod';
import type { Resource, Synthesis } from './synthesis';

/** A method of the API, as `GET /Observation/$lastn`, with its resource. */
export interface ApiMethod {
  readonly name: string;
  readonly resource: Resource;
}

/** The methods of the API, in the order of their names. */
export function apiMethods({ ofType }: Synthesis): ApiMethod[] {
  const parts = new Map(ofType('AWS::ApiGateway::Resource').map((resource) => [resource.id, resource]));

  /** The path of a method, or of a resource above it. */
  function pathOf({ Properties }: Resource): string {
    const { Ref } = z.looseObject({ Ref: z.string().optional() }).parse(Properties.ResourceId ?? Properties.ParentId);
    const above = Ref === undefined ? undefined : parts.get(Ref);
    const base = above === undefined ? '/' : pathOf(above);
    if (Properties.PathPart === undefined) return base;
    return `${base === '/' ? '' : base}/${String(Properties.PathPart)}`;
  }

  return ofType('AWS::ApiGateway::Method')
    .map((resource) => ({ name: `${String(resource.Properties.HttpMethod)} ${pathOf(resource)}`, resource }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
