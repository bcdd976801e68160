import * as fc from 'fast-check';
import { findPoisoned } from '../../../src/runtime/kinesis/poison';

describe('findPoisoned', () => {
  test('finds exactly the items that cannot be stored, in few questions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 300 }), async (faults) => {
        const items = faults.map((isPoison, index) => ({ index, isPoison }));
        let questions = 0;
        const found = await findPoisoned(items, async (some) => {
          questions += 1;
          return !some.some(({ isPoison }) => isPoison);
        });

        expect([...found].map(({ index }) => index).sort((a, b) => a - b)).toEqual(
          items.filter(({ isPoison }) => isPoison).map(({ index }) => index),
        );
        const count = found.size;
        expect(questions).toBeLessThanOrEqual(1 + 2 * count * Math.ceil(Math.log2(Math.max(2, items.length))));
      }),
    );
  });

  test('passes on what goes wrong with asking', async () => {
    const broken = async (): Promise<boolean> => Promise.reject(new Error('no database'));
    await expect(findPoisoned([1, 2], broken)).rejects.toThrow('no database');
  });
});
