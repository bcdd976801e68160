import { type RetrieveDependencies, TARGETS, urlOf } from './instance-routes';
import { Multipart, type Part } from './multipart';
import { objectKeys } from './object-keys';
import { type StoredInstance, StoredInstances, targetOf } from './stored-instances';
import { Problem } from '../../http/problem';
import type { Exchange } from '../../http/route';
import { acceptOf, type MediaRange, notAcceptable } from '../accept';
import type { Answer } from '../answer';
import { requireParameters } from '../parameters';
import type { PatientDataRoute, Reading } from '../patient-data-route';

const JPEG = 'image/jpeg';

/** Parameters of rendering (DICOM PS3.18, 8.3.5.1): the one image that there is was made without them. */
const RENDERING = ['annotation', 'quality', 'viewport', 'window', 'iccprofile'];

/**
 * The preview that was made when an instance was stored: its middle frame, 512 pixels at the longest side (DICOM PS3.18, 10.4.1.1.3 and
 * 10.4.1.1.4). `/rendered` of a study or series has one of each image; `/thumbnail` is one image that stands for it.
 */
export function renderedRoutes(dependencies: RetrieveDependencies): PatientDataRoute[] {
  return TARGETS.flatMap(({ path, resourceType }) =>
    (['rendered', 'thumbnail'] as const).map((kind) => ({
      path: `${path}/${kind}`,
      action: 'read' as const,
      resourceType,
      get: async (exchange: Exchange, reading: Reading) => render(kind, exchange, { reading, ...dependencies }),
    })),
  );
}

async function render(
  kind: 'rendered' | 'thumbnail',
  exchange: Exchange,
  dependencies: RetrieveDependencies & { readonly reading: Reading },
): Promise<Answer> {
  const { database, scopes, reading } = dependencies;
  const target = targetOf(exchange, reading);
  requireUnchanged(exchange.query);
  const ranges = acceptOf(exchange);
  const isOne = kind === 'thumbnail' || target.sopInstanceUid !== undefined;
  requireJpeg(ranges, isOne);
  const instances = new StoredInstances(database, await scopes.of(exchange), target);
  await instances.require(reading);
  const previews = await instances.previews();
  if (previews.storedCount === 0) throw noPreview(previews.reasons);
  return isOne
    ? one(await instances.middle(previews.storedCount), dependencies)
    : all(instances, previews.storedCount, dependencies);
}

function requireUnchanged(query: URLSearchParams): void {
  requireParameters(query, RENDERING);
  const asked = RENDERING.filter((name) => query.has(name));
  if (asked.length === 0) return;
  throw notAcceptable(
    `The image that is stored is the one that there is, and ${asked.join(', ')} cannot be applied to it: ask without, or retrieve the instance.`,
  );
}

function requireJpeg(ranges: readonly MediaRange[], isOne: boolean): void {
  const isLegal = ({ type, parameters }: MediaRange): boolean => {
    if (type === '*/*') return true;
    if (isOne) return type === JPEG || type === 'image/*';
    return type === 'multipart/*' || (type === 'multipart/related' && (parameters.get('type') ?? JPEG) === JPEG);
  };
  if (ranges.some(isLegal)) return;
  throw notAcceptable(
    `Accept names nothing that is offered here: expected ${isOne ? JPEG : `multipart/related; type="${JPEG}"`}.`,
  );
}

/** The reason is one of the worker's words, and none of the data set's. */
function noPreview(reasons: readonly string[]): Problem {
  return new Problem(
    406,
    'preview_unavailable',
    `There is no image to show (${reasons.join(', ')}): retrieve the instance, which is stored whole.`,
  );
}

function one(instance: StoredInstance, { objects }: RetrieveDependencies): Answer {
  async function* content(): AsyncGenerator<Uint8Array> {
    const preview = await objects.open(objectKeys(instance).preview);
    yield* preview.content;
  }
  return { status: 200, headers: { 'Content-Type': JPEG }, body: content(), returnedCount: 1 };
}

function all(instances: StoredInstances, storedCount: number, { objects, publicUrl }: RetrieveDependencies): Answer {
  const body = new Multipart(JPEG);
  async function* parts(): AsyncGenerator<Part> {
    for await (const instance of instances.all()) {
      if (instance.preview !== 'stored') continue;
      yield {
        contentType: JPEG,
        location: `${urlOf(instance, publicUrl)}/rendered`,
        open: async () => objects.open(objectKeys(instance).preview),
      };
    }
  }
  return {
    status: 200,
    headers: { 'Content-Type': body.contentType },
    body: body.body(parts()),
    returnedCount: storedCount,
  };
}
