import { EXPLICIT_LITTLE_ENDIAN, element, elementHeader } from '../../../../src/workloads/imaging/deidentify/encoding';
import { createKeys } from '../../../../src/workloads/imaging/deidentify/keys';
import { KnownIdentifiers } from '../../../../src/workloads/imaging/deidentify/known-identifiers';
import { Rewriter } from '../../../../src/workloads/imaging/deidentify/rewriter';

const keys = createKeys(Buffer.alloc(32, 7));
const uidFor = (original: string) => keys.uid(original, 1);
const identifiers = new KnownIdentifiers({ '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Silva^Müller' }] } });

function rewriter(): Rewriter {
  return new Rewriter({ encoding: EXPLICIT_LITTLE_ENDIAN, uidFor, dayShift: -10, identifiers });
}

/** What one element at the top level becomes. */
async function rewritten(
  tag: number,
  vr: string,
  value: Buffer,
  { known = [vr], deflated = false } = {},
): Promise<string | Buffer> {
  const pieces: Buffer[] = [];
  const copies: string[] = [];
  const range = deflated ? undefined : { start: 1000, end: 1000 + value.length };
  async function* chunks(): AsyncGenerator<Buffer> {
    yield value;
  }
  for await (const segment of rewriter().value(
    { tag, vr, known, lengthBytes: value.length, range, chunks },
    { bigEndian: false },
  )) {
    if (segment.kind === 'copy') copies.push(`${segment.start}-${segment.end}`);
    else pieces.push(segment.bytes);
  }
  return copies.length > 0 ? copies.join() : Buffer.concat(pieces);
}

const explicit = (tag: number, vr: string, value: string | Buffer) =>
  element(EXPLICIT_LITTLE_ENDIAN, tag, vr, Buffer.from(value as string, 'latin1'));

describe('a value', () => {
  test.each([
    ['is kept as it is, padding included', 0x00080060, 'CS', 'MR', 'MR'],
    ['is emptied', 0x00080050, 'SH', 'A4711 ', ''],
    ['gives way to a dummy of even length', 0x00080080, 'LO', 'Hospital', 'REMOVED '],
    ['that is empty needs no dummy', 0x00080080, 'LO', '', ''],
    ['moves by days where it is a date', 0x00080020, 'DA', '20240301', '20240220'],
    ['gives way to what the profile says where it is no date', 0x00080020, 'DA', 'Silva  ', ''],
    ['gives way to a dummy where an IOD may require one and it is no date', 0x00080023, 'DA', 'Silva  ', '19000101'],
    ['has its UID mapped', 0x0020000d, 'UI', '1.2.3\0', `${uidFor('1.2.3')}`],
    ['has each of its UIDs mapped', 0x00080058, 'UI', '1.2\\1.3\0', `${uidFor('1.2')}\\${uidFor('1.3')}`],
    ['names a class still', 0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.2\0', '1.2.840.10008.5.1.4.1.1.2\0'],
    [
      'names a frame of reference of DICOM’s own still',
      0x00200052,
      'UI',
      '1.2.840.10008.1.4.1.1\0',
      '1.2.840.10008.1.4.1.1\0',
    ],
    ['is a dummy where a patient’s name stands in it', 0x00080070, 'LO', 'for silva ', 'REMOVED '],
    [
      'is a dummy where a name in UTF-8 stands in it',
      0x00080070,
      'LO',
      Buffer.from('MÜLLER ', 'utf8').toString('latin1'),
      'REMOVED ',
    ],
    ['is a dummy where a name in Latin-1 stands in it', 0x00080070, 'LO', 'MÜLLER', 'REMOVED '],
    ['is a dummy where it is no number', 0x00180050, 'DS', 'Maria ', '0 '],
    ['is a dummy where it is no code', 0x00080060, 'CS', 'Rua Augusta 1234, SP', 'REMOVED '],
  ])('%s', async (_, tag, vr, value, expected) => {
    const got = await rewritten(tag, vr, Buffer.from(value, 'latin1'));
    const padded = expected.length % 2 === 0 ? expected : `${expected}\0`;
    expect(got).toEqual(explicit(tag, vr, padded));
  });

  test('is gone where it is private, unknown, or listed to be removed', async () => {
    expect(await rewritten(0x00091001, 'LO', Buffer.from('Silva '))).toEqual(Buffer.alloc(0));
    expect(await rewritten(0x00080003, 'LO', Buffer.from('Silva '), { known: [] })).toEqual(Buffer.alloc(0));
    expect(await rewritten(0x00104000, 'LT', Buffer.from('Silva '))).toEqual(Buffer.alloc(0));
  });

  test('that is put in has the VR that belongs there', async () => {
    const got = await rewritten(0x00080080, 'UN', Buffer.from('Hospital'), { known: ['LO'] });
    expect(got).toEqual(explicit(0x00080080, 'LO', 'REMOVED '));
  });

  test('that is large and stays is a range of the original', async () => {
    expect(await rewritten(0x7fe00010, 'OW', Buffer.alloc(20_000))).toBe('1000-21000');
  });

  test('that is large and stays is bytes where the original is deflated', async () => {
    const got = await rewritten(0x7fe00010, 'OW', Buffer.alloc(20_000, 5), { deflated: true });
    expect(got).toEqual(explicit(0x7fe00010, 'OW', Buffer.alloc(20_000, 5)));
  });

  test('of text that nobody can have written is not read', async () => {
    expect(await rewritten(0x00080119, 'UC', Buffer.alloc(2_000_000, 'A'))).toEqual(
      explicit(0x00080119, 'UC', 'REMOVED '),
    );
  });

  test('of so many UIDs that their replacements do not fit is gone', async () => {
    const many = Buffer.from(`${'1\\'.repeat(30_000)}1\0`);
    expect(await rewritten(0x00080058, 'UI', many)).toEqual(Buffer.alloc(0));
  });
});

describe('a sequence', () => {
  const SQ = (tag: number) => ({ tag, vr: 'SQ', known: ['SQ'] });

  test('that is gone through has Items of undefined length', () => {
    const one = rewriter();
    const written = [one.startSequence(SQ(0x00081140)), one.startItem(), one.endItem(), one.endSequence()];
    expect(Buffer.concat(written).toString('hex')).toBe(
      ['08004011', '53510000', 'ffffffff', 'feff00e0ffffffff', 'feff0de000000000', 'feffdde000000000'].join(''),
    );
    expect(one.isAtTop).toBe(true);
  });

  test('that is removed is gone with all that is nested in it, however deep', async () => {
    const one = rewriter();
    const written = [
      one.startSequence(SQ(0x00101002)),
      one.startItem(),
      one.startSequence(SQ(0x00081140)),
      one.startItem(),
    ];
    async function* chunks(): AsyncGenerator<Buffer> {
      yield Buffer.from('MR');
    }
    const value = { tag: 0x00080060, vr: 'CS', known: ['CS'], lengthBytes: 2, range: undefined, chunks };
    for await (const _ of one.value(value, { bigEndian: false })) written.push(Buffer.from('leak'));
    expect(one.keepsFragments({ tag: 0x7fe00010, vr: 'OB', known: ['OB', 'OW'] })).toBe(false);
    written.push(one.endItem(), one.endSequence(), one.endItem(), one.endSequence());
    expect(Buffer.concat(written)).toEqual(Buffer.alloc(0));
    expect(one.isAtTop).toBe(true);
  });

  test('that is emptied has no Items', () => {
    const one = rewriter();
    const written = [one.startSequence(SQ(0x00081110)), one.startItem(), one.endItem(), one.endSequence()];
    expect(Buffer.concat(written)).toEqual(elementHeader(EXPLICIT_LITTLE_ENDIAN, 0x00081110, 'SQ', 0));
  });
});
