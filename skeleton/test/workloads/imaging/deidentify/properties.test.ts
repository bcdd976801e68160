import * as fc from 'fast-check';
import { derive } from './support/derive';
import {
  SYNTHETIC_CLASS,
  type SyntheticElement,
  syntheticFile,
  type TransferSyntaxName,
} from './support/synthetic-file';
import { bufferSource } from '../../../../src/workloads/imaging/dicom/byte-source';
import { inspectPart10 } from '../../../../src/workloads/imaging/dicom/inspect';
import { readMetadata } from '../../../../src/workloads/imaging/dicom/metadata';
import { openPart10 } from '../../../../src/workloads/imaging/dicom/part10';

/** In every value that identifies somebody; long enough to be nowhere by chance. */
const SECRET = 'GEHEIMNIS';
const SECRET_UID = '1.2.826.0.1.3680043.9.4711';
const SECRET_DATE = '19610412';

/** Texts that the profile, its supplement, or a VR lets nobody keep. */
const IDENTIFYING: readonly (readonly [tag: number, vr: string])[] = [
  [0x00080050, 'SH'],
  [0x00080080, 'LO'],
  [0x00080081, 'ST'],
  [0x00080090, 'PN'],
  [0x00081010, 'SH'],
  [0x00081030, 'LO'],
  [0x00081070, 'PN'],
  [0x00100010, 'PN'],
  [0x00100020, 'LO'],
  [0x00101000, 'LO'],
  [0x00104000, 'LT'],
  [0x00181000, 'LO'],
  [0x00181003, 'LO'],
  [0x00200010, 'SH'],
  [0x00204000, 'LT'],
  [0x0040a123, 'PN'],
  [0x0040a160, 'UT'],
  [0x00620006, 'ST'],
  [0x00700006, 'ST'],
  [0x30060026, 'LO'],
];
const UIDS = [0x00080014, 0x00081155, 0x00200052, 0x0020000e, 0x0040a124, 0x00209312];
const DATES = [0x00080020, 0x00080022, 0x00100030, 0x00141020, 0x0040a121];
/** Numbers and codes that stay as they are wherever they are, but for sequences that are to say nothing. */
const KEPT: readonly (readonly [tag: number, vr: string, value: string])[] = [
  [0x00080060, 'CS', 'MR'],
  [0x00180050, 'DS', '1.250 '],
  [0x00180081, 'DS', '90'],
  [0x00200013, 'IS', '4711'],
  [0x00280030, 'DS', '0.5\\0.5 '],
];
/** Gone through, removed, emptied, to say nothing, private, and unknown to the dictionary. */
const SEQUENCES = [
  0x00081140, 0x00082112, 0x00101002, 0x00081110, 0x0040a730, 0x00081032, 0x00091010, 0x00080ffe, 0x00880200,
];
const TRANSPARENT = new Set([0x00081140, 0x00082112, 0x00081032]);

const SYNTAXES: readonly TransferSyntaxName[] = ['explicit', 'implicit', 'bigEndian', 'deflated'];

const text = fc
  .tuple(fc.stringMatching(/^[A-Za-z^ äé]{0,8}$/), fc.stringMatching(/^[a-z0-9^]{0,8}$/))
  .map(([before, after]) => `${before}${SECRET}${after}`);
const identifying = fc
  .tuple(fc.constantFrom(...IDENTIFYING), text, fc.boolean())
  .map(([[tag, vr], value, isUnknown]): SyntheticElement => ({ tag, vr: isUnknown ? 'UN' : vr, value }));
const uid = fc.constantFrom(...UIDS).map((tag): SyntheticElement => ({ tag, vr: 'UI', value: SECRET_UID }));
const date = fc.constantFrom(...DATES).map((tag): SyntheticElement => ({ tag, vr: 'DA', value: SECRET_DATE }));
const kept = fc.constantFrom(...KEPT).map(([tag, vr, value]): SyntheticElement => ({ tag, vr, value }));
const misplaced = fc
  .tuple(
    fc.constantFrom(0x00091001, 0x00090010, 0x00111020, 0x00080fff, 0x60000022, 0x50000010),
    fc.constantFrom('LO', 'UN', 'UT', 'OB'),
    text,
  )
  .map(([tag, vr, value]): SyntheticElement => ({ tag, vr, value: value.length % 2 === 0 ? value : `${value} ` }));
/** A value of a kind that stays, into which somebody has written something else. */
const abused = fc
  .tuple(fc.constantFrom([0x00180050, 'DS'], [0x00080060, 'CS'], [0x00200013, 'IS'], [0x00101010, 'AS']), text)
  .map(([[tag, vr], value]): SyntheticElement => ({ tag: Number(tag), vr: String(vr), value: `${value}!!!!!!!!!!` }));

const { elements } = fc.letrec<{ elements: SyntheticElement[]; sequence: SyntheticElement }>((tie) => ({
  elements: fc
    .array(fc.oneof({ maxDepth: 4 }, identifying, uid, date, kept, misplaced, abused, tie('sequence')), {
      maxLength: 7,
    })
    .map((some) => [...new Map(some.map((one) => [one.tag, one])).values()].sort((one, other) => one.tag - other.tag)),
  sequence: fc
    .tuple(fc.constantFrom(...SEQUENCES), fc.array(tie('elements'), { maxLength: 2 }), fc.boolean())
    .map(([tag, value, definedLength]): SyntheticElement => ({ tag, vr: 'SQ', value, definedLength })),
}));
const anyFile = fc.tuple(elements, fc.constantFrom(...SYNTAXES));

const RUNS = { numRuns: 250 };

describe('the derivative of any data set', () => {
  test('is a file that is received, under other UIDs', async () => {
    await fc.assert(
      fc.asyncProperty(anyFile, async ([data, transferSyntax]) => {
        const { bytes } = await derive(syntheticFile(data, { transferSyntax }));
        const summary = await inspectPart10(bufferSource(bytes));
        const uids = [summary.sopInstanceUid, summary.seriesInstanceUid, summary.studyInstanceUid];
        expect([summary.sopClassUid, ...uids]).toEqual([
          SYNTHETIC_CLASS,
          ...uids.map(() => expect.stringMatching(/^2\.25\.\d+$/)),
        ]);
      }),
      RUNS,
    );
  });

  test('has no text, UID, day or private value of it at any depth', async () => {
    await fc.assert(
      fc.asyncProperty(anyFile, async ([data, transferSyntax]) => {
        const { bytes } = await derive(syntheticFile(data, { transferSyntax }));
        const found = [SECRET, SECRET_UID, SECRET_DATE, 'META', 'PREAMBLE', '3680043'].filter((secret) =>
          bytes.includes(secret),
        );
        expect(found).toEqual([]);
      }),
      RUNS,
    );
  });

  test('keeps numbers and codes that say nothing of anybody', async () => {
    await fc.assert(
      fc.asyncProperty(anyFile, async ([data, transferSyntax]) => {
        const { bytes } = await derive(syntheticFile(data, { transferSyntax }));
        expect((await valuesAt(bytes)).filter(({ place }) => isKeptPlace(place))).toEqual(keptOf(data, ''));
      }),
      RUNS,
    );
  });

  test('has its tags in ascending order at each depth', async () => {
    await fc.assert(
      fc.asyncProperty(anyFile, async ([data, transferSyntax]) => {
        const { bytes } = await derive(syntheticFile(data, { transferSyntax }));
        const levels: number[] = [-1];
        for await (const event of (await openPart10(bufferSource(bytes))).events()) {
          if (event.kind === 'item') levels.push(-1);
          if (event.kind === 'item-end') levels.pop();
          const tag =
            event.kind === 'value' ? event.element.tag : event.kind === 'sequence' ? event.head.tag : undefined;
          if (tag === undefined) continue;
          expect(tag).toBeGreaterThan(levels.at(-1) ?? Number.POSITIVE_INFINITY);
          levels.splice(-1, 1, tag);
        }
      }),
      RUNS,
    );
  });

  test('is the same, byte for byte, each time', async () => {
    await fc.assert(
      fc.asyncProperty(anyFile, async ([data, transferSyntax]) => {
        const file = syntheticFile(data, { transferSyntax });
        expect((await derive(file)).bytes.equals((await derive(file)).bytes)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('is no other one because a length was written or not', async () => {
    await fc.assert(
      fc.asyncProperty(anyFile, async ([data, transferSyntax]) => {
        const files = [true, false].map((definedLength) =>
          syntheticFile(withLengths(data, definedLength), { transferSyntax }),
        );
        const [one, other] = await Promise.all(files.map(async (file) => derive(file)));
        expect(one?.bytes.equals(other?.bytes ?? Buffer.alloc(0))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

test('one patient’s dates keep their distance in files of every transfer syntax', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(day(), day()),
      fc.constantFrom(...SYNTAXES),
      fc.constantFrom(...SYNTAXES),
      async ([one, other], ...syntaxes) => {
        const [first, second] = await Promise.all(
          [one, other].map(async (studyDate, index) => {
            const data = [
              { tag: 0x00080020, vr: 'DA', value: textOf(studyDate) },
              { tag: 0x00100020, vr: 'LO', value: 'P4711' },
            ];
            const { bytes } = await derive(syntheticFile(data, { transferSyntax: syntaxes[index] ?? 'explicit' }));
            return dayOf((await readMetadata(bufferSource(bytes))).study.studyDate ?? '');
          }),
        );
        expect((second ?? Number.NaN) - (first ?? Number.NaN)).toBe(other - one);
        expect(first).toBeLessThan(one);
      },
    ),
    { numRuns: 50 },
  );
});

/** Days since 1970, in years with four digits. */
function day(): fc.Arbitrary<number> {
  return fc.integer({ min: -25_000, max: 40_000 });
}

function textOf(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
}

function dayOf(compact: string): number {
  return Date.parse(compact.replace(/^(....)(..)(..)$/, '$1-$2-$3')) / 86_400_000;
}

interface Valued {
  readonly place: string;
  readonly value: string;
}

const KEPT_TAGS = new Set(KEPT.map(([tag]) => tag));

/** What is to stay: sequences that are gone through may be around it, and no other. */
function keptOf(data: readonly SyntheticElement[], holder: string): Valued[] {
  return data.flatMap(({ tag, value }) => {
    if (typeof value === 'string') {
      const isKept = KEPT.some(([keptTag, , keptValue]) => keptTag === tag && keptValue === value);
      return isKept ? [{ place: `${holder}${tag}`, value: value.trim() }] : [];
    }
    if (Buffer.isBuffer(value) || !TRANSPARENT.has(tag)) return [];
    return (value as readonly (readonly SyntheticElement[])[]).flatMap((item, index) =>
      keptOf(item, `${holder}${tag}[${index}].`),
    );
  });
}

function isKeptPlace(place: string): boolean {
  const tags = place.split('.').map((part) => Number(part.replace(/\[\d+\]$/, '')));
  return KEPT_TAGS.has(tags.at(-1) ?? 0) && tags.slice(0, -1).every((tag) => TRANSPARENT.has(tag));
}

/** Values of a file with their places, but for dummies. */
async function valuesAt(file: Buffer): Promise<Valued[]> {
  const found: Valued[] = [];
  const open: { tag: number; item: number }[] = [];
  for await (const event of (await openPart10(bufferSource(file))).events()) {
    if (event.kind === 'sequence') open.push({ tag: event.head.tag, item: -1 });
    if (event.kind === 'sequence-end') open.pop();
    const last = open.at(-1);
    if (event.kind === 'item' && last !== undefined) last.item += 1;
    if (event.kind !== 'value') continue;
    const chunks: Buffer[] = [];
    for await (const chunk of event.element.chunks()) chunks.push(chunk);
    const value = Buffer.concat(chunks).toString('latin1').trim();
    const holders = open.map(({ tag, item }) => `${tag}[${item}].`).join('');
    if (value !== 'REMOVED' && value !== '0') found.push({ place: `${holders}${event.element.tag}`, value });
  }
  return found;
}

function withLengths(data: readonly SyntheticElement[], definedLength: boolean): SyntheticElement[] {
  return data.map((one) => {
    const { value } = one;
    if (typeof value === 'string' || Buffer.isBuffer(value)) return one;
    const items = value as readonly (readonly SyntheticElement[])[];
    return { ...one, definedLength, value: items.map((item) => withLengths(item, definedLength)) };
  });
}
