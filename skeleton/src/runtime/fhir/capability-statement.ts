import type { CapabilityStatement } from 'fhir/r4';
import { FHIR_JSON, FHIR_VERSION } from './media-types';
import type { SearchDefinition } from './search/read-search';

/** What an API offers for one type of resource. */
export interface ResourceOffer {
  readonly type: CapabilityResource['type'];
  readonly profile?: string;
  readonly search?: SearchDefinition;
  /** Whether it is read by its id, by version and with its history, under conditions too. Default `false`. */
  readonly isVersioned?: boolean;
  /** Whether it is read by its id, where it has no versions. Default `false`. */
  readonly isRead?: boolean;
  /** What to know of `create`, where it is offered. */
  readonly create?: string;
  /** What to know of `update`, where it is offered. */
  readonly update?: string;
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

type CapabilityRest = NonNullable<CapabilityStatement['rest']>[number];
type CapabilityResource = NonNullable<CapabilityRest['resource']>[number];

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
  /** What to know of `transaction`, where it is offered. Default: it is not. */
  readonly transaction?: string;
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
        resource: offers.map(resourceOffer),
        ...systemInteractions(server),
      },
    ],
  };
}

function resourceOffer(offer: ResourceOffer): CapabilityResource {
  const { type, profile, search, isVersioned = false, isRead = isVersioned, create, update, operations } = offer;
  return {
    type,
    ...(profile === undefined ? {} : { supportedProfile: [profile] }),
    interaction: [
      ...(isRead ? [{ code: 'read' as const }] : []),
      ...(isVersioned ? [{ code: 'vread' as const }, { code: 'history-instance' as const }] : []),
      ...(create === undefined ? [] : [{ code: 'create' as const, documentation: create }]),
      ...(update === undefined ? [] : [{ code: 'update' as const, documentation: update }]),
      ...(search === undefined ? [] : [{ code: 'search-type' as const }]),
    ],
    ...(isVersioned ? { versioning: 'versioned', readHistory: true, conditionalRead: 'full-support' } : {}),
    ...(update === undefined ? {} : { updateCreate: true }),
    ...(search === undefined ? {} : { searchParam: searchParameters(search) }),
    ...(operations === undefined ? {} : { operation: operations.map(operationOffer) }),
  };
}

/** Nothing at all where there are none: FHIR's JSON has no empty arrays. */
function systemInteractions({ batch, transaction }: ServerDescription): Pick<CapabilityRest, 'interaction'> {
  const interaction = [
    ...(batch === undefined ? [] : [{ code: 'batch' as const, documentation: batch }]),
    ...(transaction === undefined ? [] : [{ code: 'transaction' as const, documentation: transaction }]),
  ];
  return interaction.length === 0 ? {} : { interaction };
}

function searchParameters(search: SearchDefinition) {
  return Object.entries(search).map(([name, { type, documentation }]) => ({ name, type, documentation }));
}

/** FHIR has no place for an operation's parameters here, so they are told in words. */
function operationOffer({ name, definition, documentation, parameters }: OperationOffer) {
  const described = Object.entries(parameters).map(([parameter, told]) => `- ${parameter}: ${told.documentation}`);
  return { name, definition, documentation: [documentation, ...described].join('\n') };
}
