import { deflateRawSync, gzipSync } from 'node:zlib';
import {
  beginning,
  element,
  file,
  leastElements,
  sequence,
  STUDY_UID,
  UNDEFINED_LENGTH,
  type Writing,
} from './support/data-set-bytes';
import { bufferSource } from '../../../../src/workloads/imaging/dicom/byte-source';
import { DicomFault } from '../../../../src/workloads/imaging/dicom/dicom-fault';
import { inspectPart10 } from '../../../../src/workloads/imaging/dicom/inspect';
import { readMetadata } from '../../../../src/workloads/imaging/dicom/metadata';

const EXPLICIT_UID = '1.2.840.10008.1.2.1';
const PIXEL_DATA = 0x7fe00010;
const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;
const REFERENCED_SERIES = 0x00081115;

const WRITINGS: ReadonlyArray<readonly [string, Writing]> = [
  ['explicit little endian', {}],
  ['implicit little endian', { explicitVr: false }],
  ['explicit big endian', { bigEndian: true }],
  ['deflated', { deflated: true }],
];

async function codeOf(bytes: Buffer): Promise<string> {
  const codes = await Promise.all([inspectPart10, readMetadata].map(async (read) => code(read(bufferSource(bytes)))));
  // Whoever reads metadata of a file has inspected it.
  expect(codes[1]).toBe(codes[0]);
  return codes[0] ?? '';
}

async function code(reading: Promise<unknown>): Promise<string> {
  try {
    await reading;
    return 'read';
  } catch (error) {
    if (error instanceof DicomFault) return error.code;
    throw error;
  }
}

const least = leastElements();
const whole = (writing: Writing = {}) =>
  file(
    [
      ...leastElements(writing),
      sequence(0x00400275, [element(0x00400007, 'LO', 'Head', writing)], writing),
      element(PIXEL_DATA, 'OW', Buffer.alloc(64, 7), writing),
    ],
    writing,
  );

describe('A file that is no DICOM file', () => {
  it.each<readonly [string, Buffer, string]>([
    ['nothing', Buffer.alloc(0), 'not_dicom'],
    ['text', Buffer.from('Dear doctor, '.repeat(40)), 'not_dicom'],
    ['fewer bytes than a preamble', Buffer.alloc(100), 'not_dicom'],
    ['a preamble alone', Buffer.alloc(132), 'not_dicom'],
    ['a JPEG file', Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), Buffer.alloc(400)]), 'not_dicom'],
    ['a ZIP archive', Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(400)]), 'zip_archive'],
    ['a data set alone', Buffer.concat(least), 'preamble_missing'],
    ['a data set in implicit VR alone', Buffer.concat(leastElements({ explicitVr: false })), 'preamble_missing'],
    ['a data set in big endian alone', Buffer.concat(leastElements({ bigEndian: true })), 'preamble_missing'],
    ['a file without its preamble', whole().subarray(128), 'preamble_missing'],
    ['a file without preamble and prefix', whole().subarray(132), 'preamble_missing'],
    ['a DICOMDIR', Buffer.concat([beginning(EXPLICIT_UID, '1.2.840.10008.1.3.10')]), 'dicomdir'],
  ])('%s is refused', async (_, bytes, expected) => {
    expect(await codeOf(bytes)).toBe(expected);
  });
});

describe('File meta information', () => {
  it.each<readonly [string, Buffer, string]>([
    ['without a transfer syntax', Buffer.concat([beginning(undefined), ...least]), 'meta_information_invalid'],
    ['with an empty transfer syntax', Buffer.concat([beginning(''), ...least]), 'meta_information_invalid'],
    ['with a transfer syntax of nobody', Buffer.concat([beginning('1.2.3'), ...least]), 'transfer_syntax_unknown'],
    ['that is missing', Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), ...least]), 'meta_information_invalid'],
    ['that is cut', beginning(EXPLICIT_UID).subarray(0, 160), 'truncated'],
    [
      'with a sequence',
      Buffer.concat([beginning(undefined), element(0x00020102, 'SQ', ''), ...least]),
      'meta_information_invalid',
    ],
    [
      'of more than a mebibyte',
      Buffer.concat([beginning(EXPLICIT_UID), element(0x00020102, 'OB', Buffer.alloc(1_100_000)), ...least]),
      'meta_information_invalid',
    ],
  ])('%s is refused', async (_, bytes, expected) => {
    expect(await codeOf(bytes)).toBe(expected);
  });
});

describe('UIDs', () => {
  it.each([
    ['class', 'sop_class_uid_missing'],
    ['instance', 'sop_instance_uid_missing'],
    ['study', 'study_instance_uid_missing'],
    ['series', 'series_instance_uid_missing'],
  ] as const)('that are missing are told: %s', async (which, expected) => {
    const index = ['class', 'instance', 'study', 'series'].indexOf(which);
    expect(await codeOf(file(least.filter((_, at) => at !== index)))).toBe(expected);
    expect(await codeOf(file(leastElements({}, { [which]: '' })))).toBe(expected);
  });

  it.each(['1.2.', '.1', '1..2', 'Doe', '1.2 3', `1.${'2'.repeat(63)}`, `1.${'2'.repeat(200)}`])(
    'that are none are refused: %s',
    async (uid) => {
      expect(await codeOf(file(leastElements({}, { study: uid })))).toBe('uid_invalid');
    },
  );

  it('of an Item are not the instance’s', async () => {
    const inItem = sequence(REFERENCED_SERIES, [element(0x0020000d, 'UI', STUDY_UID)]);
    expect(await codeOf(file([...least.slice(0, 2), inItem, ...least.slice(3)]))).toBe('study_instance_uid_missing');
  });
});

describe.each(WRITINGS)('A file in %s', (_, writing) => {
  it('is read when it is whole', async () => {
    expect(await codeOf(whole(writing))).toBe('read');
    const { studyInstanceUid } = await readMetadata(bufferSource(whole(writing)));
    expect(studyInstanceUid).toBe(STUDY_UID);
  });

  it('is refused when it is cut anywhere within an element', async () => {
    const bytes = whole(writing);
    const start = 132;
    const boundaries = new Set(elementBoundaries(writing));
    const wrong: number[] = [];
    for (let length = start; length < bytes.length; length += 1) {
      if (boundaries.has(length)) continue;
      if ((await codeOf(bytes.subarray(0, length))) === 'read') wrong.push(length);
    }
    expect(wrong).toEqual([]);
  });
});

/** Where a file can be cut and be whole all the same: behind an element that needs nothing after it. */
function elementBoundaries(writing: Writing): number[] {
  if (writing.deflated === true) return [];
  const pixels = element(PIXEL_DATA, 'OW', Buffer.alloc(64, 7), writing).length;
  const items = sequence(0x00400275, [element(0x00400007, 'LO', 'Head', writing)], writing).length;
  const { length } = whole(writing);
  return [length - pixels, length - pixels - items];
}

describe('Lengths', () => {
  const open = (tag: number, vr = 'SQ') => element(tag, vr, '', {}, UNDEFINED_LENGTH);
  const mark = (tag: number) => element(tag, '', '');
  it.each<readonly [string, readonly Buffer[], string]>([
    ['beyond the file', [element(PIXEL_DATA, 'OW', Buffer.alloc(8), {}, 4_000_000_000)], 'truncated'],
    ['of a value that is undefined', [element(0x00102000, 'UT', '', {}, UNDEFINED_LENGTH)], 'length_invalid'],
    [
      'of an Item beyond its sequence',
      [
        element(REFERENCED_SERIES, 'SQ', element(ITEM, '', '', {}, 64)),
        Buffer.alloc(0),
        element(PIXEL_DATA, 'OW', Buffer.alloc(99)),
      ],
      'length_invalid',
    ],
    [
      'of an element beyond its Item',
      [
        sequence(REFERENCED_SERIES, [element(0x00080060, 'CS', 'CT', {}, 40)]),
        element(PIXEL_DATA, 'OW', Buffer.alloc(99)),
      ],
      'length_invalid',
    ],
    [
      'of an Item that goes on behind its sequence',
      [element(REFERENCED_SERIES, 'SQ', element(ITEM, '', '', {}, UNDEFINED_LENGTH)), mark(ITEM_END)],
      'length_invalid',
    ],
    ['of a sequence that never ends', [open(REFERENCED_SERIES)], 'truncated'],
    ['of an Item that never ends', [open(REFERENCED_SERIES), element(ITEM, '', '', {}, UNDEFINED_LENGTH)], 'truncated'],
    ['of fragments that never end', [open(PIXEL_DATA, 'OB'), mark(ITEM)], 'truncated'],
    [
      'of a fragment that is undefined',
      [open(PIXEL_DATA, 'OB'), element(ITEM, '', '', {}, UNDEFINED_LENGTH)],
      'truncated',
    ],
    [
      'with an element where an Item should be',
      [open(REFERENCED_SERIES), element(0x00080060, 'CS', 'CT'), mark(SEQUENCE_END)],
      'length_invalid',
    ],
    ['with an end of nothing', [mark(SEQUENCE_END)], 'length_invalid'],
    ['with letters that are no VR', [element(0x00102000, 'l?', 'x')], 'vr_invalid'],
    ['behind zeros', [Buffer.alloc(64), element(PIXEL_DATA, 'OW', Buffer.alloc(8))], 'length_invalid'],
    [
      'of a patient’s identifier that no index can hold',
      [element(0x00100020, 'LO', 'x'.repeat(300))],
      'element_too_large',
    ],
  ])('%s are refused', async (_, elements, expected) => {
    expect(await codeOf(file([...least, ...elements]))).toBe(expected);
  });

  it('may be undefined where they can be', async () => {
    const elements = [
      ...[open(REFERENCED_SERIES), element(ITEM, '', '', {}, UNDEFINED_LENGTH), element(0x00080060, 'CS', 'CT')],
      ...[mark(ITEM_END), mark(ITEM), mark(SEQUENCE_END)],
      ...[open(PIXEL_DATA, 'OB'), mark(ITEM), element(ITEM, '', Buffer.alloc(10)), mark(SEQUENCE_END)],
    ];
    expect(await codeOf(file([...least, ...elements]))).toBe('read');
  });

  it('may be followed by zeros to the end', async () => {
    for (const [, writing] of WRITINGS) {
      expect(await codeOf(file([...leastElements(writing), Buffer.alloc(700)], writing))).toBe('read');
    }
  });
});

describe('Sequences', () => {
  const nested = (depth: number): Buffer =>
    depth === 0 ? Buffer.alloc(0) : sequence(REFERENCED_SERIES, [nested(depth - 1)]);

  it('may be nested more deeply than any device does', async () => {
    expect(await codeOf(file([...least, nested(60)]))).toBe('read');
  });

  it('are refused where they are nested without reason', async () => {
    expect(await codeOf(file([...least, nested(65)]))).toBe('nesting_too_deep');
    const endless = Array.from({ length: 20_000 }, () =>
      Buffer.concat([
        element(REFERENCED_SERIES, 'SQ', '', {}, UNDEFINED_LENGTH),
        element(ITEM, '', '', {}, UNDEFINED_LENGTH),
      ]),
    );
    expect(await codeOf(file([...least, ...endless]))).toBe('nesting_too_deep');
  });
});

describe('A deflated file', () => {
  const start = beginning('1.2.840.10008.1.2.1.99');

  it('is refused when its stream is broken', async () => {
    expect(await codeOf(Buffer.concat([start, Buffer.alloc(200, 0xff)]))).toBe('deflate_invalid');
  });

  it('is refused when what was deflated is', async () => {
    const cut = Buffer.concat(least).subarray(0, -5);
    expect(await codeOf(Buffer.concat([start, deflateRawSync(cut)]))).toBe('truncated');
  });

  it.each<readonly [string, Buffer, string]>([
    ['nothing', Buffer.alloc(0), 'read'],
    ['the byte that makes its length even', Buffer.alloc(1), 'read'],
    ['a byte that is no padding', Buffer.from([0x41]), 'deflate_invalid'],
    ['two bytes', Buffer.alloc(2), 'deflate_invalid'],
    ['more than is read at once', Buffer.alloc(3_000_000), 'deflate_invalid'],
    ['what gzip ends with', gzipSync(Buffer.concat(least)).subarray(-8), 'read'],
    ['what gzip ends with, of something else', gzipSync('something else').subarray(-8), 'deflate_invalid'],
    ['what gzip ends with, twice', Buffer.alloc(16, gzipSync(Buffer.concat(least)).subarray(-8)), 'deflate_invalid'],
    ['another deflated stream', deflateRawSync(Buffer.concat(least)), 'deflate_invalid'],
  ])('may be followed by its padding or its checksum and nothing else: %s', async (_, after, expected) => {
    expect(await codeOf(Buffer.concat([start, deflateRawSync(Buffer.concat(least)), after]))).toBe(expected);
  });
});

describe('Metadata', () => {
  it('names the patient, however much comes before', async () => {
    const before = Array.from({ length: 200 }, () => element(0x00090010, 'UT', 'x'.repeat(60_000)));
    const patient = [element(0x00100010, 'PN', 'Doe^Jane'), element(0x00100020, 'LO', 'P-1')];
    const metadata = await readMetadata(bufferSource(file([...before, ...patient, ...least])));
    expect(metadata.patient).toMatchObject({ patientId: 'P-1', name: 'Doe^Jane' });
  });

  it('has no attribute in part', async () => {
    const item = element(0x00081150, 'UT', 'x'.repeat(60_000));
    const bytes = file([
      ...least,
      sequence(
        0x00089215,
        Array.from({ length: 100 }, () => item),
      ),
    ]);
    const { json } = await readMetadata(bufferSource(bytes));
    expect(json).not.toHaveProperty('00089215');
    expect(json).toHaveProperty('00080018');
  });

  it('reads what a file does not know the representation of by the dictionary', async () => {
    const bytes = file([
      ...least,
      element(0x00100020, 'UN', 'P-1 '),
      element(0x00280103, 'US', '\u0001\0'),
      element(0x00280106, 'UN', '\u00ff\u00ff'),
    ]);
    const { patient, json } = await readMetadata(bufferSource(bytes));
    expect(patient.patientId).toBe('P-1');
    expect(json['00280106']).toEqual({ vr: 'SS', Value: [-1] });
  });

  it('has nothing that a database or JSON does not take', async () => {
    const bytes = file([
      ...least,
      element(0x00104000, 'LT', 'a\0b'),
      element(0x00280030, 'DS', '1e999'),
      element(0x00280008, 'IS', '-3'),
    ]);
    const { json, pixels } = await readMetadata(bufferSource(bytes));
    expect(JSON.stringify(json)).not.toContain('\\u0000');
    expect(json['00280030']?.Value).toEqual(['1e999']);
    expect(pixels).toBeUndefined();
  });

  it('has words in little endian, whatever the file has', async () => {
    const writing = { bigEndian: true };
    const table = element(0x00281201, 'OW', Buffer.from([1, 2, 3, 4]), writing);
    const { json } = await readMetadata(bufferSource(file([...leastElements(writing), table], writing)));
    expect(json['00281201']?.InlineBinary).toBe(Buffer.from([2, 1, 4, 3]).toString('base64'));
  });
});
