import type { ByteSource } from './byte-source';
import type { DataSetEvent, ValueElement } from './data-set';
import { checkLength, type Part10Summary, readUid, summaryKeyOf, summaryOf } from './inspect';
import { JsonBuilder } from './json-builder';
import { openPart10, type Part10File } from './part10';
import { type PixelDescription, type PixelPlace, pixelDescription } from './pixel-description';

/** DICOM JSON (PS3.18, Annex F): attributes by tag, eight hexadecimal digits in capitals. */
export type DicomJson = Readonly<Record<string, DicomJsonAttribute>>;

export interface DicomJsonAttribute {
  readonly vr: string;
  readonly Value?: readonly unknown[];
  readonly InlineBinary?: string;
}

/** What is stored of an instance, by the file's own words. Dates are YYYYMMDD and times as DICOM writes them; `null` for what is empty. */
export interface InstanceMetadata extends Part10Summary {
  readonly patient: {
    /** '' where the file names none. */
    readonly patientId: string;
    readonly issuer: string;
    readonly name: string | null;
    readonly birthDate: string | null;
    readonly sex: string | null;
  };
  readonly study: {
    readonly studyDate: string | null;
    readonly studyTime: string | null;
    readonly accessionNumber: string | null;
    readonly studyId: string | null;
    readonly description: string | null;
    readonly referringPhysician: string | null;
  };
  readonly series: {
    readonly modality: string | null;
    readonly seriesNumber: number | null;
    readonly description: string | null;
    readonly bodyPart: string | null;
  };
  readonly instance: { readonly instanceNumber: number | null };
  /** `undefined` where there are none, as in a report. */
  readonly pixels: PixelDescription | undefined;
  /** The data set without bulk data. */
  readonly json: DicomJson;
}

const PIXEL_DATA = 0x7fe00010;

/**
 * Reads what a DICOM file says of itself, pixels apart.
 *
 * @throws DicomFault as `inspectPart10` does.
 */
export async function readMetadata(source: ByteSource): Promise<InstanceMetadata> {
  const file = await openPart10(source);
  const builder = new JsonBuilder();
  const uids = new Map<Exclude<keyof Part10Summary, 'transferSyntaxUid'>, string>();
  let place: PixelPlace | undefined;
  for await (const next of file.events()) {
    const event = next.kind === 'value' ? { ...next, element: remembered(next.element) } : next;
    if (builder.isAtTop) {
      place = placeAfter(event) ?? place;
      const key = event.kind === 'value' ? summaryKeyOf(event.element.tag) : undefined;
      if (event.kind === 'value') checkLength(event.element);
      if (event.kind === 'value' && key !== undefined) uids.set(key, await readUid(event.element));
    }
    await builder.take(event);
  }
  return metadataOf({ summary: summaryOf(uids, file.transferSyntaxUid), json: builder.json, place, file });
}

/** An element whose bytes can be asked for twice, of a deflated file too. */
function remembered(element: ValueElement): ValueElement {
  if (summaryKeyOf(element.tag) === undefined) return element;
  let pieces: Buffer[] | undefined;
  return {
    ...element,
    async *chunks() {
      if (pieces === undefined) {
        pieces = [];
        for await (const piece of element.chunks()) pieces.push(piece);
      }
      yield* pieces;
    },
  };
}

/** Where pixels lie, when an event tells. */
function placeAfter(event: DataSetEvent): PixelPlace | undefined {
  if (event.kind === 'fragments' && event.head.tag === PIXEL_DATA) return { kind: 'fragments' };
  if (event.kind !== 'value' || event.element.tag !== PIXEL_DATA) return undefined;
  const { lengthBytes, range } = event.element;
  return { kind: 'native', lengthBytes, start: range?.start };
}

function metadataOf({
  summary,
  json,
  place,
  file,
}: {
  readonly summary: Part10Summary;
  readonly json: DicomJson;
  readonly place: PixelPlace | undefined;
  readonly file: Part10File;
}): InstanceMetadata {
  const text = (tag: string) => firstText(json, tag);
  const number = (tag: string) => wholeNumber(json[tag]?.Value?.[0]);
  const date = (tag: string) => /^\d{8}$/.exec(text(tag)?.replaceAll('.', '') ?? '')?.[0] ?? null;
  return {
    ...summary,
    patient: {
      patientId: text('00100020') ?? '',
      issuer: text('00100021') ?? '',
      name: text('00100010'),
      birthDate: date('00100030'),
      sex: text('00100040'),
    },
    study: {
      studyDate: date('00080020'),
      studyTime: text('00080030'),
      accessionNumber: text('00080050'),
      studyId: text('00200010'),
      description: text('00081030'),
      referringPhysician: text('00080090'),
    },
    series: {
      modality: text('00080060'),
      seriesNumber: number('00200011'),
      description: text('0008103E'),
      bodyPart: text('00180015'),
    },
    instance: { instanceNumber: number('00200013') },
    pixels: place === undefined ? undefined : pixelDescription(json, file.transferSyntax, place),
    json,
  };
}

/** The first value, of a name its groups as DICOM writes them, with `=` between. */
function firstText(json: DicomJson, tag: string): string | null {
  const value = json[tag]?.Value?.[0];
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return null;
  const { Alphabetic = '', Ideographic = '', Phonetic = '' } = value as Record<string, string>;
  const name = [Alphabetic, Ideographic, Phonetic].join('=').replace(/=+$/, '');
  return name === '' ? null : name;
}

/** What PostgreSQL's integer takes. */
function wholeNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : null;
}
