import { type ByteRange, readByteRange } from './byte-range';
import type { FrameRenderer } from './frame-renderer';
import type { ImageObjects } from './image-objects';
import { Multipart, type Part } from './multipart';
import { objectKeys } from './object-keys';
import { type Representation, representationOf } from './representation';
import { type Holding, type StoredInstance, StoredInstances, targetOf } from './stored-instances';
import type { Queryable } from '../../../../runtime/http/queryable';
import type { Exchange } from '../../http/route';
import { acceptOf, notAcceptable } from '../accept';
import type { Answer } from '../answer';
import { requireParameters } from '../parameters';
import type { PatientDataRoute, Reading } from '../patient-data-route';
import type { Scopes } from '../scope';

export interface RetrieveDependencies {
  readonly database: Queryable;
  readonly scopes: Scopes;
  readonly objects: ImageObjects;
  readonly renderer: FrameRenderer;
  readonly publicUrl: string;
}

/** What a study, a series or an instance is found at, and what it goes on record as. */
export const TARGETS = [
  { path: '/studies/:study', resourceType: 'Study' },
  { path: '/studies/:study/series/:series', resourceType: 'Series' },
  { path: '/studies/:study/series/:series/instances/:instance', resourceType: 'Instance' },
] as const;

const DICOM = 'application/dicom';

/**
 * Instances as they are stored, bit for bit (WADO-RS, DICOM PS3.18, 10.4): all of a study or series with boundaries between them, or
 * one as it is, of which a range of bytes can be asked for. Nothing is converted.
 */
export function instanceRoutes(dependencies: RetrieveDependencies): PatientDataRoute[] {
  return TARGETS.map(({ path, resourceType }) => ({
    path,
    action: 'read',
    resourceType,
    get: async (exchange, reading) => retrieve(exchange, reading, dependencies),
  }));
}

async function retrieve(exchange: Exchange, reading: Reading, dependencies: RetrieveDependencies): Promise<Answer> {
  const { database, scopes } = dependencies;
  const target = targetOf(exchange, reading);
  requireParameters(exchange.query, []);
  const representation = representationOf(acceptOf(exchange), { single: target.sopInstanceUid !== undefined });
  const instances = new StoredInstances(database, await scopes.of(exchange), target);
  const holding = await instances.require(reading);
  requireStored(holding, representation);
  return representation.form === 'multipart'
    ? multipart(instances, holding, dependencies)
    : single(instances, exchange, dependencies);
}

/** All of it or nothing: a study with instances left out would look like a whole one. */
function requireStored({ transferSyntaxUids }: Holding, representation: Representation): void {
  const others = transferSyntaxUids.filter((stored) => !representation.accepts(stored));
  if (others.length === 0) return;
  throw notAcceptable(
    `Nothing is converted, and what is asked for is stored in ${others.join(', ')}: accept that, or what is stored whatever it is, by transfer-syntax=*. Without one, Explicit VR Little Endian is asked for.`,
  );
}

function multipart(
  instances: StoredInstances,
  { instancesCount }: Holding,
  { objects, publicUrl }: RetrieveDependencies,
): Answer {
  const body = new Multipart(DICOM);
  async function* parts(): AsyncGenerator<Part> {
    for await (const instance of instances.all()) {
      yield {
        contentType: contentTypeOf(instance),
        location: urlOf(instance, publicUrl),
        open: async () => objects.open(objectKeys(instance).original),
      };
    }
  }
  return {
    status: 200,
    headers: { 'Content-Type': body.contentType },
    body: body.body(parts()),
    returnedCount: instancesCount,
  };
}

async function single(
  instances: StoredInstances,
  { request }: Exchange,
  { objects }: RetrieveDependencies,
): Promise<Answer> {
  const instance = await instances.one();
  const etag = `"${instance.sha256.toString('hex')}"`;
  // A range of other bytes than those that the asker has the rest of is of no use to them (RFC 9110, 13.1.5).
  const ifRange = request.headers['if-range'];
  const isOfSame = ifRange === undefined || ifRange === etag;
  const range = readByteRange(isOfSame ? request.headers.range : undefined, instance.sizeBytes);
  const { first, last } = range ?? { first: 0, last: instance.sizeBytes - 1 };
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      'Content-Type': contentTypeOf(instance),
      'Content-Length': String(last - first + 1),
      'Accept-Ranges': 'bytes',
      ETag: etag,
      ...(range !== undefined && { 'Content-Range': `bytes ${first}-${last}/${instance.sizeBytes}` }),
    },
    body: contentOf(objects, instance, range),
    returnedCount: 1,
  };
}

async function* contentOf(
  objects: ImageObjects,
  instance: StoredInstance,
  range: ByteRange | undefined,
): AsyncGenerator<Uint8Array> {
  const { content } = await objects.open(objectKeys(instance).original, range);
  yield* content;
}

function contentTypeOf({ transferSyntaxUid }: StoredInstance): string {
  return `${DICOM}; transfer-syntax=${transferSyntaxUid}`;
}

/** Where an instance is retrieved. */
export function urlOf({ studyUid, seriesUid, sopInstanceUid }: StoredInstance, publicUrl: string): string {
  return `${publicUrl}/studies/${studyUid}/series/${seriesUid}/instances/${sopInstanceUid}`;
}
