import type { CostEstimate, CostLine } from '../../cost/cost-line';
import { estimateMonth } from '../../cost/estimate';
import { settings } from '../foundation/support/settings';
import type { AnswersChange } from '../foundation/support/settings';

/** A part of the month that a change of the answers has. Throws when there is no such part. */
export function part(change: AnswersChange, name: string): CostLine {
  const line = estimateMonth(settings(change)).lines.find((one) => one.part === name);
  if (line === undefined) throw new Error(`The estimate has no part ${name}.`);
  return line;
}

/** Expects what holds for the estimate of any settings. */
export function expectSoundEstimate({ lines, usd: together }: CostEstimate): void {
  expect(together).toBeCloseTo(
    lines.reduce((sum, { usd }) => sum + usd, 0),
    6,
  );
  for (const { part: name, usd, usdAtMost } of lines) {
    expect([name, Number.isFinite(usd) && usd > 0, usdAtMost >= usd]).toEqual([name, true, true]);
  }
}
