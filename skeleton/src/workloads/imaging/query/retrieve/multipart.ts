import { randomBytes } from 'node:crypto';
import type { OpenObject } from './image-objects';

/** One part of a multipart body. */
export interface Part {
  readonly contentType: string;
  /** URL of what it is. */
  readonly location: string;
  /** Begins to read it. */
  open(): Promise<OpenObject>;
}

/** A `multipart/related` body (RFC 2387, with boundaries by RFC 2046, 5.1.1), of which a piece at a time is in memory. */
export class Multipart {
  /** No body has it by chance. */
  private readonly boundary = randomBytes(24).toString('hex');

  /**
   * @param type of the parts, such as `application/dicom`.
   */
  constructor(private readonly type: string) {}

  get contentType(): string {
    return `multipart/related; type="${this.type}"; boundary=${this.boundary}`;
  }

  /** @throws what `open` throws: before its first piece when that is the first part's. */
  async *body(parts: AsyncIterable<Part>): AsyncGenerator<Uint8Array> {
    for await (const { contentType, location, open } of parts) {
      const { sizeBytes, content } = await open();
      yield Buffer.from(
        `--${this.boundary}\r\nContent-Type: ${contentType}\r\nContent-Length: ${sizeBytes}\r\nContent-Location: ${location}\r\n\r\n`,
      );
      yield* content;
      yield Buffer.from('\r\n');
    }
    yield Buffer.from(`--${this.boundary}--\r\n`);
  }
}
