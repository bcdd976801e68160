import { writeFileSync } from 'node:fs';

/** A bound and whether the results keep it. */
export interface Verdict {
  readonly holds: boolean;
  readonly text: string;
}

export function verdictLine({ holds, text }: Verdict): string {
  return `${holds ? 'holds ' : 'MISSED'}  ${text}`;
}

/**
 * Writes the results to the file that was asked for, if one was.
 *
 * @returns the exit code: 1 when a bound is missed.
 */
export function conclude(results: object, verdicts: readonly Verdict[], jsonFile: string | undefined): number {
  if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify({ ...results, verdicts }, null, 2)}\n`);
  return verdicts.every(({ holds }) => holds) ? 0 : 1;
}

/** Rows with their columns aligned to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')).join('\n');
}

/** A whole number with commas between thousands. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-GB');
}
