import { type Action, actionFor } from './action';
import { shiftedDates } from './dates';
import { dummyValue, paddedText } from './dummy-value';
import { element, elementHeader, type Encoding, itemEnd, itemStart, sequenceEnd } from './encoding';
import { isLookedAt, isSafeToKeep } from './kept-value';
import type { DeidentificationKeys } from './keys';
import type { KnownIdentifiers } from './known-identifiers';
import type { Segment } from './segment';
import { remappedUids } from './uids';

/** Where an element is in the original, and what it is. */
export interface ElementHead {
  /** Group and element as one number. */
  readonly tag: number;
  /** VR as the file has it; where its transfer syntax has none, the dictionary's. */
  readonly vr: string;
  /** VRs that the standard's dictionary allows; empty for what the dictionary does not know. */
  readonly known: readonly string[];
}

/** An element that is no sequence. */
export interface ValueElement extends ElementHead {
  readonly lengthBytes: number;
  /** Bytes of the original that are the value, as [start, end); `undefined` where the original is deflated. */
  readonly range: { readonly start: number; readonly end: number } | undefined;
  /** The value, in pieces of bounded size. Can be asked for again only where there is a range. */
  chunks(): AsyncIterable<Buffer>;
}

export interface RewriterOptions {
  readonly encoding: Encoding;
  readonly keys: DeidentificationKeys;
  readonly dayShift: number;
  readonly identifiers: KnownIdentifiers;
}

/** A data set that is being gone through: the top level's, or an Item's. */
interface Level {
  /** In a sequence that is not written. */
  readonly skipped: boolean;
  /** In a sequence that is to say nothing. */
  readonly dummies: boolean;
}

/** The longest value that is read whole: contours are lists of numbers of some 100 KB. Longer text is none that anybody needs. */
const READ_BYTES_MAX = 1024 * 1024;

/** The longest value of VR UI that explicit VR can hold (DICOM PS3.5, 7.1.2). Mapped UIDs may be longer than theirs were. */
const SHORT_LENGTH_MAX = 0xfffe;

/** From here on, a value that stays is told as a range of the original. */
const COPY_BYTES_MIN = 16 * 1024;

const DATES: ReadonlySet<string> = new Set(['DA', 'DT', 'TM']);

/** Writes a data set anew, element by element, as they come: a level down at each Item, and up at its end. */
export class Rewriter {
  private readonly levels: Level[] = [{ skipped: false, dummies: false }];

  constructor(private readonly options: RewriterOptions) {}

  /** Whether the elements that come now are the data set's own, and no Item's. */
  get isAtTop(): boolean {
    return this.levels.length === 1;
  }

  /** A sequence begins: what is written of its head. Its Items follow, then `endSequence`. */
  startSequence(head: ElementHead): Buffer {
    const { skipped, dummies } = this.level;
    const action = skipped ? undefined : actionFor({ ...head, dummies });
    if (action?.kind === 'descend') {
      this.levels.push({ skipped: false, dummies: action.dummies });
      return elementHeader(this.options.encoding, head.tag, 'SQ', undefined);
    }
    this.levels.push({ skipped: true, dummies });
    return action?.kind === 'empty' || action?.kind === 'dummy'
      ? elementHeader(this.options.encoding, head.tag, 'SQ', 0)
      : Buffer.alloc(0);
  }

  startItem(): Buffer {
    return this.level.skipped ? Buffer.alloc(0) : itemStart(this.options.encoding);
  }

  endItem(): Buffer {
    return this.level.skipped ? Buffer.alloc(0) : itemEnd(this.options.encoding);
  }

  endSequence(): Buffer {
    const ended = this.levels.pop();
    if (ended === undefined || this.levels.length === 0) throw new Error('A sequence ended that had not begun');
    return ended.skipped ? Buffer.alloc(0) : sequenceEnd(this.options.encoding);
  }

  /** What an element that is no sequence becomes. */
  async *value(one: ValueElement): AsyncGenerator<Segment> {
    const { skipped, dummies } = this.level;
    if (skipped) return;
    const action = actionFor({ ...one, dummies });
    if (action.kind === 'keep') yield* this.kept(one);
    else yield* bytes(await this.replaced(one, action));
  }

  /** Whether encapsulated pixel data of this head stays as it is; it is looked into by nobody. */
  keepsFragments(head: ElementHead): boolean {
    const { skipped, dummies } = this.level;
    return !skipped && !dummies && actionFor({ ...head, dummies }).kind === 'keep';
  }

  private get level(): Level {
    const level = this.levels.at(-1);
    if (level === undefined) throw new Error('There is always a level');
    return level;
  }

  private async *kept(one: ValueElement): AsyncGenerator<Segment> {
    const { tag, vr, lengthBytes, range } = one;
    const { encoding, identifiers } = this.options;
    if (isLookedAt(vr)) {
      const value = await readUpTo(one, READ_BYTES_MAX);
      const isSafe = value !== undefined && isSafeToKeep(vr, value, identifiers);
      if (isSafe) yield* bytes(element(encoding, tag, vr, value));
      else yield* bytes(await this.replaced(one, vr === 'UI' ? { kind: 'uid' } : { kind: 'dummy' }));
      return;
    }
    yield* bytes(elementHeader(encoding, tag, vr, lengthBytes));
    if (range !== undefined && lengthBytes >= COPY_BYTES_MIN) yield { kind: 'copy', ...range };
    else for await (const chunk of one.chunks()) yield* bytes(chunk);
  }

  private async replaced(one: ValueElement, action: Action): Promise<Buffer> {
    const { tag, known } = one;
    const { encoding, keys } = this.options;
    // What is put in has the VR that belongs there, whatever the file says.
    const vr = known.includes(one.vr) ? one.vr : (known[0] ?? one.vr);
    switch (action.kind) {
      case 'remove':
        return Buffer.alloc(0);
      case 'empty':
        return elementHeader(encoding, tag, vr, 0);
      case 'dummy':
        return one.lengthBytes === 0 ? elementHeader(encoding, tag, vr, 0) : element(encoding, tag, vr, dummyValue(vr));
      case 'uid': {
        const value = await readUpTo(one, READ_BYTES_MAX);
        const text = value === undefined ? undefined : remappedUids(keys, value);
        const isTooLong = text === undefined || text.length > SHORT_LENGTH_MAX;
        return isTooLong ? Buffer.alloc(0) : element(encoding, tag, vr, paddedText(text, '\0'));
      }
      case 'shift': {
        const value = await readUpTo(one, READ_BYTES_MAX);
        const text = value === undefined || !isDate(vr) ? undefined : shifted(vr, value, this.options.dayShift);
        return text === undefined
          ? this.replaced(one, action.otherwise)
          : element(encoding, tag, vr, paddedText(text, ' '));
      }
      case 'keep':
      case 'descend':
        throw new Error(`The action ${action.kind} replaces no value`);
    }
  }
}

function* bytes(buffer: Buffer): Generator<Segment> {
  if (buffer.length > 0) yield { kind: 'bytes', bytes: buffer };
}

function isDate(vr: string): vr is 'DA' | 'DT' | 'TM' {
  return DATES.has(vr);
}

function shifted(vr: 'DA' | 'DT' | 'TM', value: Buffer, days: number): string | undefined {
  return shiftedDates(vr, value.toString('latin1').replace(/[\0 ]+$/, ''), days);
}

/** A value of bounded size; `undefined` for a longer one. */
async function readUpTo(one: ValueElement, bytesMax: number): Promise<Buffer | undefined> {
  if (one.lengthBytes > bytesMax) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of one.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks);
}
