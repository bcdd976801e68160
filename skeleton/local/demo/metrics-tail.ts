import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** Totals and latest values of the metrics that processes write to their logs in CloudWatch's embedded format. */
export class MetricsTail {
  private readonly files: { readonly path: string; offset: number; rest: string }[];
  private readonly totals = new Map<string, number>();
  private highest = new Map<string, number>();

  /** @param paths log files; each is read from where the last reading ended. */
  constructor(paths: readonly string[]) {
    this.files = paths.map((path) => ({ path, offset: 0, rest: '' }));
  }

  /** Reads what was written since the last time. The highest values begin anew. */
  read(): void {
    this.highest = new Map();
    for (const file of this.files) {
      const lines = `${file.rest}${readFrom(file)}`.split('\n');
      // The last line may be half written.
      file.rest = lines.pop() ?? '';
      for (const line of lines) if (line.includes('"_aws"')) this.add(line);
    }
  }

  /** Sum of all values of a metric. */
  total(metric: string): number {
    return this.totals.get(metric) ?? 0;
  }

  /** The highest value since the last reading but one; `undefined` without any. */
  max(metric: string): number | undefined {
    return this.highest.get(metric);
  }

  private add(line: string): void {
    for (const [metric, value] of Object.entries(parseObject(line))) {
      const values: unknown[] = Array.isArray(value) ? value : [value];
      for (const one of values) {
        if (typeof one !== 'number') continue;
        this.totals.set(metric, this.total(metric) + one);
        this.highest.set(metric, Math.max(one, this.highest.get(metric) ?? one));
      }
    }
  }
}

const CHUNK_BYTES = 1024 * 1024;

function readFrom(file: { readonly path: string; offset: number }): string {
  const descriptor = openSync(file.path, 'r');
  try {
    const length = Math.max(0, statSync(file.path).size - file.offset);
    const chunk = Buffer.alloc(Math.min(length, 64 * CHUNK_BYTES));
    const read = readSync(descriptor, chunk, 0, chunk.length, file.offset);
    file.offset += read;
    return chunk.toString('utf8', 0, read);
  } finally {
    closeSync(descriptor);
  }
}

function parseObject(line: string): object {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
