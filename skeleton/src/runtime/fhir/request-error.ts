import type { Issue } from './operation-outcome';

/** Statuses with which a request can be refused. */
export type RefusalStatus = 400 | 401 | 404 | 405 | 406 | 409 | 410 | 412 | 413 | 415 | 422 | 500 | 503;

/**
 * A request that cannot be answered as asked. The issues are written for the caller and are all that the caller gets;
 * a cause, when there is one, stays inside.
 */
export class FhirRequestError extends Error {
  override readonly name = 'FhirRequestError';
  /** Headers that the answer needs besides, such as `Allow`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly status: RefusalStatus,
    readonly issues: readonly Issue[],
    options: { readonly headers?: Readonly<Record<string, string>>; readonly cause?: unknown } = {},
  ) {
    super(`request refused with ${status}`, options.cause === undefined ? {} : { cause: options.cause });
    this.headers = options.headers ?? {};
  }
}
