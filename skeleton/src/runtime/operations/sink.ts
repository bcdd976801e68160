/** Where patient data goes that somebody asked for: never to a screen or a log. */
export interface Sink {
  /** Its address, for people: a path or a URI, without patient data. */
  readonly place: string;
  /** Resolves when it may be given more: so memory stays bounded. */
  write(chunk: Uint8Array): Promise<void>;
  /** Makes what was written whole and lasting. */
  close(): Promise<void>;
  /** Removes what was written. Never throws. */
  discard(): Promise<void>;
}

/** Lines are gathered up to this size, so that each write is worth its cost. */
const CHUNK_BYTES = 262_144;

/** Writes lines of JSON. */
export class JsonLines {
  private lines: string[] = [];
  private characters = 0;

  constructor(private readonly sink: Pick<Sink, 'write'>) {}

  /** @param line JSON without line breaks. */
  async write(line: string): Promise<void> {
    this.lines.push(line);
    this.characters += line.length;
    if (this.characters >= CHUNK_BYTES) await this.flush();
  }

  /** Writes what is gathered. */
  async flush(): Promise<void> {
    if (this.lines.length === 0) return;
    const chunk = Buffer.from(`${this.lines.join('\n')}\n`, 'utf8');
    this.lines = [];
    this.characters = 0;
    await this.sink.write(chunk);
  }
}

/** Gives `work` a sink that is whole when `work` succeeded, and gone when it did not. */
export async function withSink<Result>(sink: Sink, work: (sink: Sink) => Promise<Result>): Promise<Result> {
  try {
    const result = await work(sink);
    await sink.close();
    return result;
  } catch (error) {
    await sink.discard();
    throw error;
  }
}
