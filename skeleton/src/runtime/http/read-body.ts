import { contentTooLarge } from './error-answer';

/**
 * The body of a request, whole.
 *
 * Read piece by piece, so that one without a `Content-Length`, or with a wrong one, takes no more memory than the limit.
 * @throws FhirRequestError 413 when it is longer.
 */
export async function readBody(request: Request, bytesMax: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get('Content-Length') ?? 0);
  if (announced > bytesMax) throw contentTooLarge(bytesMax);
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks, length);
    length += value.length;
    if (length > bytesMax) {
      await reader.cancel();
      throw contentTooLarge(bytesMax);
    }
    chunks.push(value);
  }
}
