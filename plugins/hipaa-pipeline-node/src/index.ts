/** Settings of a tenant and rendering of the skeleton. */
export { RENDERING_ERROR_CODES, RenderingError } from './errors';
export type { RenderingErrorCode, RenderingErrorDetails } from './errors';
export { renderSkeleton } from './rendering/render';
export type { Rendering, RenderingRequest } from './rendering/render';
export { RECORD_PATH } from './rendering/record';
export { checkTarget } from './rendering/write';
export { checkAnswers } from './settings/check-answers';
export { parseAnswers, readAnswers } from './settings/read-answers';
export * from './settings/tenant';
export { provenanceOf } from './skeleton/provenance';
export { openSkeleton } from './skeleton/skeleton';
export type { Provenance, Skeleton } from './skeleton/skeleton';
