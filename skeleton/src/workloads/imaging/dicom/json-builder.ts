import { type TextDecoding, textDecoding } from './character-sets';
import type { DataSetEvent, ElementHead, Notation, ValueElement } from './data-set';
import { implicitVr } from './dictionary';
import { inlineBinary, isBinary, jsonValues } from './json-values';
import type { DicomJson, DicomJsonAttribute } from './metadata';
import { elementOf, groupOf, tagDigits } from './tag';

/** Longer values are bulk data, and are left out (DICOM PS3.18, F.1: a server decides what it is). */
const VALUE_BYTES_MAX = 64 * 1024;
const BINARY_BYTES_MAX = 1024;
/**
 * What the JSON of an instance may come from. An attribute of the data set is whole or left out: where an instance has thousands of frames, what
 * is said of each frame can be left out.
 */
const TOTAL_BYTES_MAX = 4 * 1024 * 1024;
/** Of whom and what the file is: never left out, however much comes before. */
const ALWAYS_GROUPS: ReadonlySet<number> = new Set([0x0008, 0x0010, 0x0018, 0x0020, 0x0028]);
const ALWAYS_BYTES_MAX = 1024;
const ELEMENT_BYTES_ABOUT = 40;

const PIXEL_REPRESENTATION = '00280103';
const SPECIFIC_CHARACTER_SET = 0x00080005;

/** A data set, or an Item, that is being built. */
interface Level {
  readonly attributes: Record<string, DicomJsonAttribute>;
  decoding: TextDecoding;
  /** The sequence in it that is open. */
  sequence: { readonly tag: string; readonly items: unknown[] } | undefined;
}

/**
 * Builds DICOM JSON from the events of a data set, with text in UTF-8, without pixels and other bulk data, group lengths and padding.
 *
 * Specific Character Set stays as the file has it: it tells how the file is written, and JSON is always UTF-8.
 */
export class JsonBuilder {
  private readonly levels: Level[] = [{ attributes: {}, decoding: textDecoding([]), sequence: undefined }];
  private totalBytes = 0;

  /** The data set as far as it has come. */
  get json(): DicomJson {
    return this.levels[0]?.attributes ?? {};
  }

  /** Whether the elements that come now are the data set's own, and no Item's. */
  get isAtTop(): boolean {
    return this.levels.length === 1;
  }

  async take(event: DataSetEvent): Promise<void> {
    const level = this.levels.at(-1);
    if (level === undefined) return;
    if (event.kind === 'value') await this.takeValue(level, event.element, event);
    else if (event.kind === 'sequence') level.sequence = { tag: tagDigits(event.head.tag), items: [] };
    else if (event.kind === 'item') this.beginItem(level);
    else if (event.kind === 'item-end') this.levels.pop();
    else if (event.kind === 'sequence-end') this.endSequence(level);
  }

  private async takeValue(level: Level, element: ValueElement, notation: Notation): Promise<void> {
    const { tag, lengthBytes } = element;
    const vr = this.vrOf(element, notation);
    if (isLeftOut({ ...element, vr })) return;
    this.totalBytes += lengthBytes + ELEMENT_BYTES_ABOUT;
    if (this.totalBytes > TOTAL_BYTES_MAX && !(this.isAtTop && isAlwaysKept(element))) return;
    const chunks: Buffer[] = [];
    for await (const chunk of element.chunks()) chunks.push(chunk);
    const value = Buffer.concat(chunks);
    const { bigEndian } = notation;
    if (isBinary(vr)) {
      level.attributes[tagDigits(tag)] =
        value.length === 0 ? { vr } : { vr, InlineBinary: inlineBinary(vr, value, bigEndian) };
      return;
    }
    const values = jsonValues(vr, value, bigEndian, level.decoding);
    if (tag === SPECIFIC_CHARACTER_SET) {
      level.decoding = textDecoding(values.map((term) => (typeof term === 'string' ? term : '')));
    }
    level.attributes[tagDigits(tag)] = values.length === 0 ? { vr } : { vr, Value: values };
  }

  /**
   * What the standard's dictionary says where the file does not, or says UN of what is known (DICOM PS3.5, 6.2.2), as converters out of implicit
   * VR do. Whether numbers are signed is left open there, and Pixel Representation tells (A.1).
   */
  private vrOf({ tag, vr, known }: ValueElement, { explicitVr }: Notation): string {
    if (known.length === 0 || (explicitVr && vr !== 'UN')) return vr;
    const usual = implicitVr(tag);
    if (usual !== 'US' || !known.includes('SS')) return usual === 'SQ' ? vr : usual;
    const level = this.levels.findLast(({ attributes }) => PIXEL_REPRESENTATION in attributes);
    return level?.attributes[PIXEL_REPRESENTATION]?.Value?.[0] === 1 ? 'SS' : usual;
  }

  private endSequence(level: Level): void {
    const { sequence } = level;
    level.sequence = undefined;
    this.totalBytes += ELEMENT_BYTES_ABOUT;
    if (sequence === undefined || this.totalBytes > TOTAL_BYTES_MAX) return;
    level.attributes[sequence.tag] = sequence.items.length === 0 ? { vr: 'SQ' } : { vr: 'SQ', Value: sequence.items };
  }

  /** Empty Items, of which a file can have millions, take memory too. */
  private beginItem(level: Level): void {
    this.totalBytes += ELEMENT_BYTES_ABOUT;
    const attributes = {};
    if (this.totalBytes <= TOTAL_BYTES_MAX) level.sequence?.items.push(attributes);
    this.levels.push({ attributes, decoding: level.decoding, sequence: undefined });
  }
}

function isAlwaysKept({ tag, known, lengthBytes }: ValueElement): boolean {
  return ALWAYS_GROUPS.has(groupOf(tag)) && known.length > 0 && lengthBytes <= ALWAYS_BYTES_MAX;
}

function isLeftOut({ tag, vr, lengthBytes }: ElementHead & { readonly lengthBytes: number }): boolean {
  const isGroupLength = elementOf(tag) === 0;
  const isPadding = tag === 0xfffcfffc;
  return isGroupLength || isPadding || lengthBytes > (isBinary(vr) ? BINARY_BYTES_MAX : VALUE_BYTES_MAX);
}
