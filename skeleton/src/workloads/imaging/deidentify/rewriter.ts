import { type Action, actionFor } from './action';
import { shiftedDates } from './dates';
import { dummyValue, paddedText } from './dummy-value';
import { element, elementHeader, type Encoding, fitsHeader, itemEnd, itemStart, sequenceEnd } from './encoding';
import { isLookedAt, isSafeToKeep, isText } from './kept-value';
import type { KnownIdentifiers } from './known-identifiers';
import type { Segment } from './segment';
import { remappedUids, type UidMapping } from './uids';
import type { ElementHead, ValueElement } from '../dicom/data-set';

export interface RewriterOptions {
  readonly encoding: Encoding;
  readonly uidFor: UidMapping;
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

  /**
   * A sequence begins: what is written of its head. Its Items follow, then `endSequence`.
   *
   * @param isReplaced whether something else is written in its place, so that nothing of it is.
   */
  startSequence(head: ElementHead, { isReplaced = false } = {}): Buffer {
    const { skipped, dummies } = this.level;
    const action = skipped || isReplaced ? undefined : actionFor({ ...head, dummies });
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

  /**
   * What an element that is no sequence becomes.
   *
   * @param bigEndian how its numbers are written, which within something of unknown VR is another way than around it.
   */
  async *value(one: ValueElement, { bigEndian }: { readonly bigEndian: boolean }): AsyncGenerator<Segment> {
    const { skipped, dummies } = this.level;
    if (skipped) return;
    const action = actionFor({ ...one, dummies });
    if (action.kind !== 'keep') yield* bytes(await this.replaced(one, action));
    else if (this.canBeKept(one, bigEndian)) yield* this.kept(one);
  }

  /** Whether encapsulated pixel data of this head stays as it is; it is looked into by nobody. */
  keepsFragments(head: ElementHead): boolean {
    const { skipped, dummies } = this.level;
    return !skipped && !dummies && actionFor({ ...head, dummies }).kind === 'keep';
  }

  /** Whether the value's bytes mean here what they meant where they were, and their number fits into the element's head. */
  private canBeKept({ vr, lengthBytes }: ValueElement, bigEndian: boolean): boolean {
    const { encoding } = this.options;
    return (isText(vr) || bigEndian === encoding.bigEndian) && fitsHeader(encoding, vr, lengthBytes);
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
    const { encoding, uidFor } = this.options;
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
        const text = value === undefined ? undefined : remappedUids(uidFor, value);
        return text === undefined || !fitsHeader(encoding, vr, text.length + 1)
          ? Buffer.alloc(0)
          : element(encoding, tag, vr, paddedText(text, '\0'));
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
