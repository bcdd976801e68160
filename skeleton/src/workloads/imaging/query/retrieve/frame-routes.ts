import { frameTypeOf, openFrame } from './frame-bytes';
import { type RetrieveDependencies, urlOf } from './instance-routes';
import { Multipart, type Part } from './multipart';
import { JPEG, requireJpeg } from './rendered-type';
import { NOT_RENDERED, readRendering, RENDERING } from './rendering';
import { renderStored, requireRenderable, storedFrames, type StoredFrames } from './stored-frames';
import { StoredInstances, targetOf } from './stored-instances';
import { Problem } from '../../http/problem';
import type { Exchange } from '../../http/route';
import { PREVIEW_SIDE_PX } from '../../pixels/preview';
import { acceptOf } from '../accept';
import type { Answer } from '../answer';
import { requireParameters } from '../parameters';
import type { PatientDataRoute, Reading } from '../patient-data-route';

const PATH = '/studies/:study/series/:series/instances/:instance/frames/:frames';
const FRAMES_MAX = 100;

/** Frames of an instance (DICOM PS3.18, 10.4.1): their bytes as they are stored, or one as an image. */
export function frameRoutes(dependencies: RetrieveDependencies): PatientDataRoute[] {
  const kinds = { '': bytes, '/rendered': image, '/thumbnail': image };
  return Object.entries(kinds).map(([rest, answer]) => ({
    path: `${PATH}${rest}`,
    action: 'read',
    resourceType: 'Instance',
    get: async (exchange, reading) =>
      answer(exchange, reading, { ...dependencies, isThumbnail: rest === '/thumbnail' }),
  }));
}

type FrameDependencies = RetrieveDependencies & { readonly isThumbnail: boolean };

async function bytes(exchange: Exchange, reading: Reading, dependencies: FrameDependencies): Promise<Answer> {
  requireParameters(exchange.query, []);
  const ranges = acceptOf(exchange);
  const { frames, numbers } = await find(exchange, reading, dependencies);
  const { type, transferSyntaxUid } = frameTypeOf(frames, ranges);
  const body = new Multipart(type);
  async function* parts(): AsyncGenerator<Part> {
    for (const number of numbers) {
      yield {
        contentType: `${type}; transfer-syntax=${transferSyntaxUid}`,
        location: `${urlOf(frames.instance, dependencies.publicUrl)}/frames/${number}`,
        open: async () => openFrame(frames, number),
      };
    }
  }
  return { status: 200, headers: { 'Content-Type': body.contentType }, body: body.body(parts()), returnedCount: 1 };
}

async function image(exchange: Exchange, reading: Reading, dependencies: FrameDependencies): Promise<Answer> {
  requireParameters(exchange.query, [...RENDERING, ...NOT_RENDERED]);
  requireJpeg(acceptOf(exchange), true);
  const rendering = readRendering(exchange.query);
  const { frames, numbers } = await find(exchange, reading, dependencies);
  const [number = 1, ...others] = numbers;
  if (others.length > 0) throw wrongFrames('one frame is shown at a time, such as frames/1/rendered');
  requireRenderable(frames);
  const side = { width: PREVIEW_SIDE_PX, height: PREVIEW_SIDE_PX };
  const viewport = rendering?.viewport ?? (dependencies.isThumbnail ? side : undefined);
  async function* content(): AsyncGenerator<Uint8Array> {
    yield await renderStored(frames, number, { ...rendering, viewport }, dependencies.renderer);
  }
  return { status: 200, headers: { 'Content-Type': JPEG }, body: content(), returnedCount: 1 };
}

async function find(
  exchange: Exchange,
  reading: Reading,
  { database, scopes, objects }: FrameDependencies,
): Promise<{ readonly frames: StoredFrames; readonly numbers: readonly number[] }> {
  const target = targetOf(exchange, reading);
  const numbers = readFrames(exchange.parameters.frames ?? '');
  const instances = new StoredInstances(database, await scopes.of(exchange), target);
  await instances.require(reading);
  const instance = await instances.one();
  const frames = storedFrames(instance, await instances.json(instance), objects);
  if (numbers.every((number) => number <= frames.pixels.frames)) return { frames, numbers };
  throw new Problem(404, 'not_found', `The instance has ${frames.pixels.frames} frames, counted from 1.`);
}

/** @throws Problem 400 for what is no list of frames. */
function readFrames(text: string): readonly number[] {
  const parts = text.split(',');
  const isLegal = parts.length <= FRAMES_MAX && parts.every((part) => /^[1-9]\d{0,8}$/.test(part));
  if (isLegal) return parts.map(Number);
  throw wrongFrames(`up to ${FRAMES_MAX} numbers from 1 with commas between them, such as frames/1,2`);
}

function wrongFrames(legal: string): Problem {
  return new Problem(400, 'parameter_invalid', `The path's frames are wrong: expected ${legal}.`);
}
