/** DA (DICOM PS3.5, 6.2), and the form with points of ACR-NEMA 2.0, which old files have. */
const DA = /^(\d{4})(\.?)(\d{2})\2(\d{2})$/;
/** DT, to the day at the least: of a year or a month alone nobody can say by how much it has moved. */
const DT = /^(\d{4})(\d{2})(\d{2})((?:\d{2}){0,3}(?:\.\d{1,6})?(?:[+-]\d{4})?)$/;
/** TM, and the form with colons of ACR-NEMA 2.0. */
const TM = /^\d{2}(?:(:?)\d{2}(?:\1\d{2}(?:\.\d{1,6})?)?)?$/;

/**
 * A value of VR DA or DT, moved by whole days, so that the days between two dates of a patient stay as many; of TM, as it is.
 *
 * @param value without padding; several values are apart by backslashes.
 * @returns `undefined` when a part is no date or time, or is before the year 1: what was not understood is not to be kept.
 */
export function shiftedDates(vr: 'DA' | 'DT' | 'TM', value: string, days: number): string | undefined {
  const parts = value.split('\\').map((part) => shiftedPart(vr, part.trim(), days));
  return parts.every((part) => part !== undefined) ? parts.join('\\') : undefined;
}

function shiftedPart(vr: 'DA' | 'DT' | 'TM', part: string, days: number): string | undefined {
  if (part === '') return '';
  if (vr === 'TM') return TM.test(part) ? part : undefined;
  if (vr === 'DA') {
    const [, year, , month, day] = DA.exec(part) ?? [];
    return shiftedDay(year, month, day, days);
  }
  const [, year, month, day, time = ''] = DT.exec(part) ?? [];
  const shifted = shiftedDay(year, month, day, days);
  return shifted === undefined ? undefined : `${shifted}${time}`;
}

function shiftedDay(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  days: number,
): string | undefined {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const date = new Date(0);
  // Unlike the constructor, this one takes a year below 100 for what it says.
  date.setUTCFullYear(y, m - 1, d);
  if (Number.isNaN(date.getTime()) || date.getUTCMonth() !== m - 1 || date.getUTCDate() !== d) return undefined;
  date.setUTCDate(d + days);
  const shifted = date.getUTCFullYear();
  if (shifted < 1) return undefined;
  const two = (number: number) => String(number).padStart(2, '0');
  return `${String(shifted).padStart(4, '0')}${two(date.getUTCMonth() + 1)}${two(date.getUTCDate())}`;
}
