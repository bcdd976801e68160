import type { CapabilityStatement } from 'fhir/r4';
import { FHIR_JSON, FHIR_VERSION } from './media-types';
import type { SearchDefinition } from './search/read-search';

/** What an API offers for one type of resource. */
export interface ResourceOffer {
  readonly type: CapabilityResourceType;
  readonly profile?: string;
  readonly search?: SearchDefinition;
  /** What to know of `create`, where it is offered. */
  readonly create?: string;
  readonly operations?: readonly OperationOffer[];
}

/** An operation on a type of resource. */
export interface OperationOffer {
  /** Without the `$`. */
  readonly name: string;
  /** Canonical URL of its OperationDefinition. */
  readonly definition: string;
  readonly documentation: string;
  readonly parameters: SearchDefinition;
}

type CapabilityResourceType = NonNullable<NonNullable<CapabilityStatement['rest']>[number]['resource']>[number]['type'];

/** What is said about the API as a whole. */
export interface ServerDescription {
  readonly title: string;
  readonly description: string;
  /** Day on which the API's offer last changed, YYYY-MM-DD. */
  readonly changedOn: string;
  readonly softwareName: string;
  /** How callers prove who they are. */
  readonly security: string;
  /** What to know of `batch`, where it is offered. Default: it is not. */
  readonly batch?: string;
}

/** A CapabilityStatement of this very server (kind `instance`), made from what is offered. */
export function capabilityStatement(
  server: ServerDescription,
  offers: readonly ResourceOffer[],
  baseUrl: string,
): CapabilityStatement {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: server.changedOn,
    title: server.title,
    description: server.description,
    kind: 'instance',
    software: { name: server.softwareName },
    implementation: { description: server.title, url: baseUrl },
    fhirVersion: FHIR_VERSION,
    format: [FHIR_JSON],
    rest: [
      {
        mode: 'server',
        security: { description: server.security },
        resource: offers.map(({ type, profile, search, create, operations }) => ({
          type,
          ...(profile === undefined ? {} : { supportedProfile: [profile] }),
          interaction: [
            ...(create === undefined ? [] : [{ code: 'create' as const, documentation: create }]),
            ...(search === undefined ? [] : [{ code: 'search-type' as const }]),
          ],
          ...(search === undefined ? {} : { searchParam: searchParameters(search) }),
          ...(operations === undefined ? {} : { operation: operations.map(operationOffer) }),
        })),
        ...(server.batch === undefined
          ? {}
          : { interaction: [{ code: 'batch' as const, documentation: server.batch }] }),
      },
    ],
  };
}

function searchParameters(search: SearchDefinition) {
  return Object.entries(search).map(([name, { type, documentation }]) => ({ name, type, documentation }));
}

/** FHIR has no place for an operation's parameters here, so they are told in words. */
function operationOffer({ name, definition, documentation, parameters }: OperationOffer) {
  const described = Object.entries(parameters).map(([parameter, told]) => `- ${parameter}: ${told.documentation}`);
  return { name, definition, documentation: [documentation, ...described].join('\n') };
}
