import { RenderingError } from '../../src';

/** The error with which something is refused. Fails where nothing is, or where the error is not one of ours. */
export function refusalOf(work: () => unknown): RenderingError {
  try {
    work();
  } catch (error) {
    if (error instanceof RenderingError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}
