import { derive, deriveFrom } from './support/derive';
import { type SyntheticElement, syntheticFile, type TransferSyntaxName } from './support/synthetic-file';
import {
  elementHeader,
  EXPLICIT_LITTLE_ENDIAN,
  textElement,
} from '../../../../src/workloads/imaging/deidentify/encoding';
import { type ByteSource, bufferSource } from '../../../../src/workloads/imaging/dicom/byte-source';
import { type DicomJson, readMetadata } from '../../../../src/workloads/imaging/dicom/metadata';

const text = (tag: number, vr: string, value: string): SyntheticElement => ({ tag, vr, value });
const sequence = (tag: number, ...items: SyntheticElement[][]): SyntheticElement => ({ tag, vr: 'SQ', value: items });

async function derivedJson(
  elements: SyntheticElement[],
  transferSyntax: TransferSyntaxName = 'explicit',
): Promise<DicomJson> {
  const { bytes } = await derive(syntheticFile(elements, { transferSyntax }));
  return (await readMetadata(bufferSource(bytes))).json;
}

describe('an attribute whose VR the file does not know', () => {
  test('is treated by its tag: kept, moved, mapped and replaced, and has the VR of the dictionary', async () => {
    const json = await derivedJson([
      text(0x00080016, 'UN', '1.2.840.10008.5.1.4.1.1.2\0'),
      text(0x00080020, 'UN', '20240301'),
      text(0x00080060, 'UN', 'CT'),
      text(0x00080080, 'UN', 'Hospital'),
      { tag: 0x00280010, vr: 'UN', value: Buffer.from([0, 2]) },
    ]);
    expect(json['00080016']).toEqual({ vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.2'] });
    expect(json['00080020']).toEqual({ vr: 'DA', Value: [expect.stringMatching(/^202[34]\d{4}$/)] });
    expect(json['00080020']?.Value).not.toEqual(['20240301']);
    expect(json['00080060']).toEqual({ vr: 'CS', Value: ['CT'] });
    expect(json['00080080']).toEqual({ vr: 'LO', Value: ['REMOVED'] });
    expect(json['00280010']).toEqual({ vr: 'US', Value: [512] });
  });

  test.each(['explicit', 'bigEndian', 'deflated'] as const)(
    'and is a sequence is gone through (%s)',
    async (transferSyntax) => {
      const implicit = { explicitVr: false, bigEndian: false };
      const item = Buffer.concat([
        textElement(implicit, { tag: 0x00081150, vr: 'UI', text: '1.2.840.10008.5.1.4.1.1.2' }),
        textElement(implicit, { tag: 0x00081155, vr: 'UI', text: '1.2.3.4711' }),
        textElement(implicit, { tag: 0x00100010, vr: 'PN', text: 'Silva^Maria' }),
      ]);
      const value = Buffer.concat([elementHeader(implicit, 0xfffee000, '', item.length), item]);
      const json = await derivedJson([{ tag: 0x00081140, vr: 'UN', value }], transferSyntax);
      const uid = { vr: 'UI', Value: [expect.stringMatching(/^2\.25\./)] };
      const kept = {
        '00081150': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.2'] },
        '00081155': uid,
        '00100010': { vr: 'PN' },
      };
      expect(json['00081140']).toEqual({ vr: 'SQ', Value: [kept] });
    },
  );

  test('and should be a sequence and is none is removed', async () => {
    const json = await derivedJson([text(0x00081140, 'UN', 'Maria da Silva')]);
    expect(json).not.toHaveProperty('00081140');
  });

  test('and has a number of which nobody can say here whether it has a sign is removed', async () => {
    const json = await derivedJson([{ tag: 0x00280120, vr: 'UN', value: Buffer.from([0, 0xfc]) }]);
    expect(json).not.toHaveProperty('00280120');
  });
});

describe('what is not an image', () => {
  test('a report keeps its tree and says nothing: texts, persons, codes, numbers', async () => {
    const code = (tag: number) => sequence(tag, [text(0x00080100, 'SH', '121071'), text(0x00080104, 'LO', 'Finding ')]);
    const json = await derivedJson([
      sequence(
        0x0040a730,
        [text(0x0040a040, 'CS', 'TEXT'), code(0x0040a043), text(0x0040a160, 'UT', 'Maria has a tumour')],
        [text(0x0040a040, 'CS', 'PNAME '), code(0x0040a043), text(0x0040a123, 'PN', 'Silva^Maria ')],
        [text(0x0040a040, 'CS', 'UIDREF'), code(0x0040a043), text(0x0040a124, 'UI', '1.2.3.4711')],
        [text(0x0040a040, 'CS', 'NUM '), sequence(0x0040a300, [text(0x0040a30a, 'DS', '47.11 ')])],
      ),
    ]);
    const said = { vr: 'LO', Value: ['REMOVED'] };
    const meaning = { vr: 'SQ', Value: [{ '00080100': { vr: 'SH', Value: ['REMOVED'] }, '00080104': said }] };
    const kind = (value: string) => ({ '0040A040': { vr: 'CS', Value: [value] } });
    expect(json['0040A730']?.Value).toEqual([
      { ...kind('TEXT'), '0040A043': meaning, '0040A160': { vr: 'UT', Value: ['REMOVED'] } },
      { ...kind('PNAME'), '0040A043': meaning, '0040A123': { vr: 'PN', Value: [{ Alphabetic: 'REMOVED' }] } },
      { ...kind('UIDREF'), '0040A043': meaning, '0040A124': { vr: 'UI', Value: [expect.stringMatching(/^2\.25\./)] } },
      { ...kind('NUM'), '0040A300': { vr: 'SQ', Value: [{ '0040A30A': { vr: 'DS', Value: [0] } }] } },
    ]);
  });

  test('a document is two bytes of zeros, without its title and its length', async () => {
    const elements = [
      text(0x00420010, 'ST', 'Laudo de Maria'),
      { tag: 0x00420011, vr: 'OB', value: Buffer.from('%PDF-1.4 Maria da Silva ') },
      text(0x00420012, 'LO', 'application/pdf '),
      { tag: 0x00420015, vr: 'UL', value: Buffer.from([24, 0, 0, 0]) },
    ];
    const json = await derivedJson(elements);
    expect(json['00420010']).toEqual({ vr: 'ST', Value: ['REMOVED'] });
    expect(json['00420011']).toEqual({ vr: 'OB', InlineBinary: 'AAA=' });
    expect(json['00420012']).toEqual({ vr: 'LO', Value: ['application/pdf'] });
    expect(json).not.toHaveProperty('00420015');
  });
});

describe('what lies on an image or beside it', () => {
  test('overlays, curves, icons and signatures are gone, the whole of each', async () => {
    const json = await derivedJson([
      { tag: 0x50003000, vr: 'OW', value: Buffer.from('Maria ') },
      text(0x50000022, 'LO', 'Maria '),
      { tag: 0x60020010, vr: 'US', value: Buffer.from([0, 2]) },
      text(0x60020022, 'LO', 'Maria '),
      { tag: 0x60023000, vr: 'OW', value: Buffer.from('Maria ') },
      sequence(0x00880200, [{ tag: 0x7fe00010, vr: 'OW', value: Buffer.from('Maria ') }]),
      sequence(0xfffafffa, [text(0x04000115, 'OB', 'Maria ')]),
    ]);
    expect(Object.keys(json).filter((tag) => /^(50|60|0088|FFFA)/.test(tag))).toEqual([]);
  });

  test('annotations of a presentation state keep their number, and neither words nor places', async () => {
    const graphic = [text(0x00700020, 'US', '\x02\0'), text(0x00700023, 'CS', 'POLYLINE')];
    const words = [text(0x00700006, 'ST', 'Maria ')];
    const json = await derivedJson([
      sequence(0x00700001, [sequence(0x00700008, words), sequence(0x00700009, graphic)]),
    ]);
    const [annotation] = (json['00700001']?.Value ?? []) as DicomJson[];
    expect(annotation?.['00700008']?.Value).toEqual([{ '00700006': { vr: 'ST', Value: ['REMOVED'] } }]);
    expect(annotation?.['00700009']?.Value).toEqual([
      { '00700020': { vr: 'US', Value: [0] }, '00700023': { vr: 'CS', Value: ['POLYLINE'] } },
    ]);
  });
});

describe('text in the pixels is told as', () => {
  const image = [
    text(0x00080008, 'CS', 'ORIGINAL\\PRIMARY'),
    { tag: 0x00280010, vr: 'US', value: Buffer.from([2, 0]) },
  ];
  test.each([
    ['no', 'an original of a scanner that measures', [text(0x00080060, 'CS', 'CT')]],
    ['no', 'ultrasound that says so', [text(0x00080060, 'CS', 'US'), text(0x00280301, 'CS', 'NO')]],
    ['yes', 'an image that says so', [text(0x00080060, 'CS', 'CT'), text(0x00280301, 'CS', 'YES ')]],
    ['unknown', 'ultrasound that says nothing', [text(0x00080060, 'CS', 'US')]],
    [
      'unknown',
      'a capture of a screen',
      [text(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.7'), text(0x00080060, 'CS', 'CT')],
    ],
    ['unknown', 'what was computed', [text(0x00080008, 'CS', 'DERIVED\\PRIMARY '), text(0x00080060, 'CS', 'CT')]],
    [
      'unknown',
      'an image with an overlay in the bits of its pixels',
      [
        text(0x00080060, 'CS', 'CT'),
        { tag: 0x60000102, vr: 'US', value: Buffer.from([12, 0]) },
        text(0x00280301, 'CS', 'NO'),
      ],
    ],
  ] as const)('%s: %s', async (expected, _, more) => {
    const given = new Set<number>(more.map(({ tag }) => tag));
    const { burnedIn } = await derive(syntheticFile([...image.filter(({ tag }) => !given.has(tag)), ...more]));
    expect(burnedIn).toBe(expected);
  });

  test('no: what has no pixels', async () => {
    expect((await derive(syntheticFile([]))).burnedIn).toBe('no');
  });
});

describe('huge pixel data', () => {
  const PIXEL_BYTES = 1_500_000_000;
  const LENGTHS = { 'native pixels': [PIXEL_BYTES], fragments: [0, PIXEL_BYTES / 2, PIXEL_BYTES / 2] };

  test.each(Object.entries(LENGTHS))(
    'of %s is told as one range of the original, and is not read',
    async (kind, lengths) => {
      const { source, bytesRead, pixelStart } = hugeFile(kind === 'fragments', lengths);
      const ranges: [number, number][] = [];
      const metadata = await readMetadata(source);
      const before = bytesRead();
      const { bytes, copiedBytes } = await deriveFrom({
        sizeBytes: source.sizeBytes,
        // Only whoever puts the derivative together asks for so much at once.
        read: async (position, lengthBytes) => {
          if (lengthBytes < PIXEL_BYTES / 2) return source.read(position, lengthBytes);
          ranges.push([position, position + lengthBytes]);
          return Buffer.alloc(0);
        },
      });
      expect(metadata.sopInstanceUid).not.toBe('');
      expect(ranges).toHaveLength(1);
      expect(ranges[0]?.[0]).toBe(pixelStart);
      expect(ranges[0]?.[1]).toBe(source.sizeBytes - (kind === 'fragments' ? 8 : 0));
      expect(copiedBytes).toBeGreaterThanOrEqual(PIXEL_BYTES);
      expect(bytes.length).toBeLessThan(4_096);
      // Metadata once more, and the derivative: a window of 64 KiB at each of a few places.
      expect(bytesRead() - before).toBeLessThan(2 * 1024 * 1024);
    },
  );
});

/** A file whose pixels are in no memory: zeros, made when they are asked for. */
function hugeFile(
  areFragments: boolean,
  lengths: readonly number[],
): { source: ByteSource; bytesRead: () => number; pixelStart: number } {
  const head = syntheticFile([text(0x00100010, 'PN', 'Silva^Maria ')]);
  const heads: { at: number; bytes: Buffer }[] = [{ at: 0, bytes: head }];
  let at = head.length;
  const put = (bytes: Buffer) => {
    heads.push({ at, bytes });
    at += bytes.length;
  };
  if (areFragments) {
    put(elementHeader(EXPLICIT_LITTLE_ENDIAN, 0x7fe00010, 'OB', undefined));
    const implicit = { explicitVr: false, bigEndian: false };
    for (const length of lengths) {
      put(elementHeader(implicit, 0xfffee000, '', length));
      at += length;
    }
    put(elementHeader(implicit, 0xfffee0dd, '', 0));
  } else {
    put(elementHeader(EXPLICIT_LITTLE_ENDIAN, 0x7fe00010, 'OW', lengths[0] ?? 0));
    at += lengths[0] ?? 0;
  }
  const sizeBytes = at;
  let read = 0;
  const source: ByteSource = {
    sizeBytes,
    read: async (position, lengthBytes) => {
      const buffer = Buffer.alloc(Math.max(0, Math.min(lengthBytes, sizeBytes - position)));
      read += buffer.length;
      for (const { at: start, bytes } of heads) {
        const from = Math.max(start, position);
        const to = Math.min(start + bytes.length, position + buffer.length);
        if (from < to) bytes.copy(buffer, from - position, from - start, to - start);
      }
      return buffer;
    },
  };
  return { source, bytesRead: () => read, pixelStart: head.length + 12 };
}
