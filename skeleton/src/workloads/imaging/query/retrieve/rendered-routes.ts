import { type RetrieveDependencies, TARGETS, urlOf } from './instance-routes';
import { Multipart, type Part } from './multipart';
import { objectKeys } from './object-keys';
import { JPEG, requireJpeg } from './rendered-type';
import { NOT_RENDERED, readRendering, RENDERING, type RenderingRequest } from './rendering';
import { renderStored, requireRenderable, storedFrames } from './stored-frames';
import { type StoredInstance, StoredInstances, type Target, targetOf } from './stored-instances';
import { Problem } from '../../http/problem';
import type { Exchange } from '../../http/route';
import { acceptOf, notAcceptable } from '../accept';
import type { Answer } from '../answer';
import { requireParameters } from '../parameters';
import type { PatientDataRoute, Reading } from '../patient-data-route';

/**
 * The preview that was made when an instance was stored: its middle frame, 512 pixels at the longest side (DICOM PS3.18, 10.4.1.1.3 and
 * 10.4.1.1.4). `/rendered` of a study or series has one of each image; `/thumbnail` is one image that stands for it. One instance is shown
 * anew, its middle frame too, when it is asked for with parameters of rendering.
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
  requireParameters(exchange.query, [...RENDERING, ...NOT_RENDERED]);
  const rendering = readRendering(exchange.query);
  const ranges = acceptOf(exchange);
  const isOne = kind === 'thumbnail' || target.sopInstanceUid !== undefined;
  requireJpeg(ranges, isOne);
  const instances = new StoredInstances(database, await scopes.of(exchange), target);
  await instances.require(reading);
  if (rendering !== undefined) return anew(instances, target, { rendering, ...dependencies });
  const previews = await instances.previews();
  if (previews.storedCount === 0) throw noPreview(previews.reasons);
  return isOne
    ? one(await instances.middle(previews.storedCount), dependencies)
    : all(instances, previews.storedCount, dependencies);
}

async function anew(
  instances: StoredInstances,
  { sopInstanceUid }: Target,
  { rendering, objects, renderer }: RetrieveDependencies & { readonly rendering: RenderingRequest },
): Promise<Answer> {
  if (sopInstanceUid === undefined) {
    throw notAcceptable(
      `${RENDERING.join(', ')} are for one instance or frame: images of a study or series are as they are stored.`,
    );
  }
  const instance = await instances.one();
  const frames = storedFrames(instance, await instances.json(instance), objects);
  requireRenderable(frames);
  const middle = Math.floor(frames.pixels.frames / 2) + 1;
  async function* content(): AsyncGenerator<Uint8Array> {
    yield await renderStored(frames, middle, rendering, renderer);
  }
  return { status: 200, headers: { 'Content-Type': JPEG }, body: content(), returnedCount: 1 };
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
