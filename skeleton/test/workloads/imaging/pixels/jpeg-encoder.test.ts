import fc from 'fast-check';
import { pictureOf, psnr } from './support/picture';
import { encodeJpeg, type Picture } from '../../../../src/workloads/imaging/pixels/codecs/jpeg-encoder';

const pictures: fc.Arbitrary<Picture> = fc
  .record({
    columns: fc.integer({ min: 1, max: 20 }),
    rows: fc.integer({ min: 1, max: 20 }),
    channels: fc.constantFrom<1 | 3>(1, 3),
  })
  .chain((size) => {
    const lengthBytes = size.columns * size.rows * size.channels;
    return fc
      .uint8Array({ minLength: lengthBytes, maxLength: lengthBytes, size: 'max' })
      .map((samples) => ({ ...size, samples }));
  });

describe('an image of few pixels', () => {
  test('has its size and shows what it was made of, noise too', async () => {
    await fc.assert(
      fc.asyncProperty(pictures, async (picture) => {
        const { columns, rows, channels, samples } = await pictureOf(await encodeJpeg(picture, 100));
        expect([columns, rows, channels]).toEqual([picture.columns, picture.rows, picture.channels]);
        expect(psnr(samples, picture.samples)).toBeGreaterThan(30);
      }),
      { numRuns: 60 },
    );
  });

  test.each([1, 2, 7, 8])('is whole with one row of %d', async (columns) => {
    const samples = Uint8Array.from({ length: columns }, (_, column) => column * 30);
    const picture = await pictureOf(await encodeJpeg({ columns, rows: 1, channels: 1, samples }, 95));
    expect([picture.columns, picture.rows]).toEqual([columns, 1]);
    expect(psnr(picture.samples, samples)).toBeGreaterThan(30);
  });
});
