/** What a route answers, before any of it leaves. */
export interface Answer {
  readonly status: 200 | 204 | 206;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Default: none. A stream is read only as fast as the asker takes it, and closed when they go away. */
  readonly body?: Buffer | string | AsyncIterable<Uint8Array>;
  /** Studies, series or instances in it. */
  readonly returnedCount: number;
}

export const DICOM_JSON = 'application/dicom+json';
