import { type BurnedIn, burnedIn } from './burned-in';
import { type Encoding, EXPLICIT_LITTLE_ENDIAN, elementHeader, itemStart, sequenceEnd } from './encoding';
import { fileHeader } from './file-header';
import type { DeidentificationKeys, PatientKey } from './keys';
import { KnownIdentifiers } from './known-identifiers';
import { withKnownVrs } from './known-vrs';
import { type Mark, marks } from './marks';
import { Rewriter } from './rewriter';
import { joined, type Segment } from './segment';
import type { ByteSource } from '../dicom/byte-source';
import type { DataSetEvent, ElementHead, ValueBytes } from '../dicom/data-set';
import type { Part10Summary } from '../dicom/inspect';
import type { DicomJson } from '../dicom/metadata';
import { openPart10 } from '../dicom/part10';
import { EXPLICIT_LITTLE_ENDIAN_UID } from '../dicom/transfer-syntaxes';

/** What of an instance's metadata de-identification needs. */
export interface InstanceDescription extends Part10Summary {
  /** The top level, without bulk data. */
  readonly json: DicomJson;
}

export interface Derivative {
  /** The derivative, from its preamble to its end. Goes through the original once; can be asked for once. */
  readonly segments: AsyncIterable<Segment>;
  report(): { readonly burnedIn: BurnedIn };
}

/**
 * A de-identified derivative of an instance, by the Basic Application Level Confidentiality Profile with modified dates (DICOM PS3.15,
 * Annex E). Memory does not grow with the file; large values that stay are told as ranges of the original.
 *
 * @param source a Part 10 file.
 * @param patient the hospital in whose numbers the patient is known.
 * @throws DicomFault, from the segments, where the file is not built as it must be.
 */
export function deidentify(
  source: ByteSource,
  metadata: InstanceDescription,
  keys: DeidentificationKeys,
  patient: { readonly hospitalId: number },
): Derivative {
  return {
    segments: joined(segmentsOf(source, metadata, keys, patientKey(metadata, patient.hospitalId))),
    report: () => ({ burnedIn: burnedIn(signsOf(metadata)) }),
  };
}

async function* segmentsOf(
  source: ByteSource,
  metadata: InstanceDescription,
  keys: DeidentificationKeys,
  patient: PatientKey,
): AsyncGenerator<Segment> {
  const { transferSyntax, transferSyntaxUid, events } = await openPart10(source);
  const { explicitVr, bigEndian, deflated } = transferSyntax;
  const uidFor = (original: string) => keys.uid(original, patient.hospitalId);
  const encoding = deflated ? EXPLICIT_LITTLE_ENDIAN : { explicitVr, bigEndian };
  const header = fileHeader({
    sopClassUid: metadata.sopClassUid,
    sopInstanceUid: uidFor(metadata.sopInstanceUid),
    transferSyntaxUid: deflated ? EXPLICIT_LITTLE_ENDIAN_UID : transferSyntaxUid,
  });
  yield { kind: 'bytes', bytes: header };
  const rewriter = new Rewriter({
    encoding,
    uidFor,
    dayShift: keys.dayShift(patient),
    identifiers: new KnownIdentifiers(metadata.json),
  });
  const toMark = [...marks(encoding, keys.pseudonym(patient))];
  yield* rewritten(withKnownVrs(events()), { encoding, rewriter, toMark });
}

async function* rewritten(
  events: AsyncIterable<DataSetEvent>,
  { encoding, rewriter, toMark }: { readonly encoding: Encoding; readonly rewriter: Rewriter; readonly toMark: Mark[] },
): AsyncGenerator<Segment> {
  const marked = new Set(toMark.map(({ tag }) => tag));
  let fragments: Fragments | undefined;
  for await (const event of events) {
    const head = headOf(event);
    const isReplaced = head !== undefined && rewriter.isAtTop && marked.has(head.tag);
    if (head !== undefined && rewriter.isAtTop) yield* marksBefore(toMark, head.tag);
    switch (event.kind) {
      case 'value':
        if (!isReplaced) yield* rewriter.value(event.element, { bigEndian: event.bigEndian });
        break;
      case 'sequence':
        yield* bytesOf(rewriter.startSequence(event.head, { isReplaced }));
        break;
      case 'sequence-end':
        yield* bytesOf(rewriter.endSequence());
        break;
      case 'item':
        yield* bytesOf(rewriter.startItem());
        break;
      case 'item-end':
        yield* bytesOf(rewriter.endItem());
        break;
      case 'fragments':
        fragments = !isReplaced && rewriter.keepsFragments(event.head) ? new Fragments(encoding) : undefined;
        if (fragments !== undefined) yield* bytesOf(fragments.start(event.head));
        break;
      case 'fragment':
        if (fragments !== undefined) yield* fragments.next(event.fragment);
        break;
      case 'fragments-end':
        if (fragments !== undefined) yield* bytesOf(sequenceEnd(encoding));
        fragments = undefined;
        break;
    }
  }
  yield* marksBefore(toMark, Number.POSITIVE_INFINITY);
}

/** Encapsulated pixel data (DICOM PS3.5, A.4), fragment by fragment. */
class Fragments {
  constructor(private readonly encoding: Encoding) {}

  start({ tag, vr }: ElementHead): Buffer {
    return elementHeader(this.encoding, tag, vr, undefined);
  }

  async *next({ lengthBytes, range, chunks }: ValueBytes): AsyncGenerator<Segment> {
    const item = itemStart(this.encoding, lengthBytes);
    // An Item's head lies before its content, and says here what it said there: so all fragments together are one range.
    if (range !== undefined) {
      yield { kind: 'copy', start: range.start - item.length, end: range.end };
    } else {
      yield { kind: 'bytes', bytes: item };
      for await (const bytes of chunks()) yield { kind: 'bytes', bytes };
    }
  }
}

function headOf(event: DataSetEvent): ElementHead | undefined {
  if (event.kind === 'value') return event.element;
  return event.kind === 'sequence' || event.kind === 'fragments' ? event.head : undefined;
}

function* marksBefore(toMark: Mark[], tag: number): Generator<Segment> {
  for (let [mark] = toMark; mark !== undefined && mark.tag <= tag; [mark] = toMark) {
    toMark.shift();
    yield { kind: 'bytes', bytes: mark.bytes };
  }
}

function* bytesOf(bytes: Buffer): Generator<Segment> {
  if (bytes.length > 0) yield { kind: 'bytes', bytes };
}

/** Without a Patient ID, nobody can tell which instances of several studies are one patient's: those of one study are. */
function patientKey({ json, studyInstanceUid }: InstanceDescription, hospitalId: number): PatientKey {
  const patientId = textOf(json, '00100020');
  return patientId === undefined
    ? { hospitalId, issuer: '', patientId: `study ${studyInstanceUid}` }
    : { hospitalId, issuer: textOf(json, '00100021') ?? '', patientId };
}

function signsOf({ json, sopClassUid }: InstanceDescription): Parameters<typeof burnedIn>[0] {
  const overlays = Object.entries(json).filter(([tag]) => /^60[0-9A-F]{2}0102$/.test(tag));
  return {
    hasPixels: json['00280010'] !== undefined,
    annotation: textOf(json, '00280301'),
    modality: textOf(json, '00080060'),
    imageType: (json['00080008']?.Value ?? []).map(String),
    sopClassUid,
    overlayInPixels: overlays.some(([, { Value = [] }]) => Number(Value[0] ?? 0) > 0),
  };
}

function textOf(json: DicomJson, tag: string): string | undefined {
  const [value] = json[tag]?.Value ?? [];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
