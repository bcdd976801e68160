import { parentPort, Worker, workerData } from 'node:worker_threads';
import { S3Client } from '@aws-sdk/client-s3';
import { type FrameRenderer, inlineRenderer, type RenderJob } from './frame-renderer';
import { ImageObjects } from './image-objects';
import { Problem, type ProblemStatus } from '../../http/problem';
import type { Rendering } from '../../pixels/preview';

/** What the thread is told when it starts. */
export interface RenderingBucket {
  readonly region: string;
  readonly bucket: string;
}

export interface RenderingThreadOptions extends RenderingBucket {
  /** The bundled program, which calls `serveRenderings` in a thread. */
  readonly file: string;
  /** Time for one frame, after which the thread is ended. Default 20 000. */
  readonly patienceMs?: number;
}

/** Structured clones: no classes, and of a Buffer its bytes. */
type ThreadAnswer =
  | { readonly jpeg: Uint8Array }
  | Extract<Rendering, { readonly skipped: unknown }>
  | { readonly problem: { readonly status: ProblemStatus; readonly code: string; readonly detail: string } }
  | { readonly failed: string };

const PATIENCE_MS = 20_000;
/** Frames lie outside of it. */
const HEAP_MEBIBYTES_MAX = 128;

/**
 * Shows frames in a thread of its own: a large compressed frame takes seconds to decode, in which the program must answer others. The thread
 * is made for the first frame; one that takes too long, or breaks down, is ended, and the next frame gets another.
 */
export class RenderingThread implements FrameRenderer {
  private worker: Worker | undefined;

  constructor(private readonly options: RenderingThreadOptions) {}

  async render(job: RenderJob): Promise<Rendering> {
    const worker = (this.worker ??= this.start());
    const { patienceMs = PATIENCE_MS } = this.options;
    let timer: NodeJS.Timeout | undefined;
    const answer = await new Promise<ThreadAnswer | undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), patienceMs);
      worker.once('message', resolve);
      worker.once('exit', () => resolve(undefined));
      worker.postMessage(job);
    });
    clearTimeout(timer);
    worker.removeAllListeners('message').removeAllListeners('exit');
    if (answer === undefined) {
      await this.close();
      throw new Problem(
        422,
        'frame_unavailable',
        'Showing the frame takes more than one request may. Retrieve the instance, which is stored whole.',
      );
    }
    return renderingOf(answer);
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }

  private start(): Worker {
    const { file, region, bucket } = this.options;
    const worker = new Worker(file, {
      workerData: { region, bucket } satisfies RenderingBucket,
      // Where the SDK looks for endpoint and credentials.
      env: process.env,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEBIBYTES_MAX },
    });
    // What breaks it down ends it, which is heard.
    worker.on('error', () => undefined);
    worker.unref();
    return worker;
  }
}

function renderingOf(answer: ThreadAnswer): Rendering {
  if ('jpeg' in answer) {
    const { buffer, byteOffset, byteLength } = answer.jpeg;
    return { jpeg: Buffer.from(buffer, byteOffset, byteLength) };
  }
  if ('skipped' in answer) return answer;
  if ('problem' in answer) {
    const { status, code, detail } = answer.problem;
    throw new Problem(status, code, detail);
  }
  throw new Error(`A frame could not be shown: ${answer.failed}`);
}

/** The thread's side: shows what it is told to. */
export function serveRenderings(): void {
  const { region, bucket } = workerData as RenderingBucket;
  const renderer = inlineRenderer(new ImageObjects(new S3Client({ region }), bucket));
  parentPort?.on('message', (job: RenderJob) => {
    void renderer
      .render(job)
      .catch(answerTo)
      .then((answer) => parentPort?.postMessage(answer));
  });
}

/** Of an error that is no problem, the name alone: what it says may be of the data set. */
function answerTo(error: unknown): ThreadAnswer {
  if (error instanceof Problem) {
    const { status, code, detail } = error;
    return { problem: { status, code, detail } };
  }
  return { failed: error instanceof Error ? error.name : 'unknown' };
}
