import type { Issue } from '../operation-outcome';

/** What is wrong with a primitive value, without its place. */
export type PrimitiveFault = Pick<Issue, 'code' | 'diagnostics'>;

/** What is wrong with a value of a type; `undefined` when nothing is. */
export type JudgePrimitive = (value: unknown) => PrimitiveFault | undefined;

const DATE = '([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)';
const MONTH_DAY = '(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])';
const TIME = '([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?';
const OFFSET = '(Z|(\\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00))';

/** Characters that no text in FHIR has: controls but tab and line ends, and halves of a pair. */
const UNFIT = /[\0-\x08\x0b\x0c\x0e-\x1f\p{Surrogate}]/u;

/** Forms of FHIR's primitive types in JSON (FHIR R4, Data Types), with what is legal in words. */
const TEXTS: Readonly<Record<string, { readonly form: RegExp; readonly legal: string }>> = {
  base64Binary: { form: /^\s*(?:[0-9a-zA-Z+/=]{4}\s*)+$/, legal: 'text in base64' },
  canonical: { form: /^\S+$/, legal: 'a URI: text without spaces' },
  code: { form: /^\S+(\s\S+)*$/, legal: 'a code: text without spaces at its ends or two in a row' },
  date: {
    form: new RegExp(`^${DATE}(-${MONTH_DAY})?)?$`),
    legal: 'a date, such as 2026-11-22, 2026-11 or 2026',
  },
  dateTime: {
    form: new RegExp(`^${DATE}(-${MONTH_DAY}(T${TIME}${OFFSET})?)?)?$`),
    legal: 'a date, or date and time with offset, such as 2026-11-22T10:00:00+01:00',
  },
  id: { form: /^[A-Za-z0-9\-.]{1,64}$/, legal: '1 to 64 letters, digits, hyphens and dots' },
  instant: {
    form: new RegExp(`^${DATE}-${MONTH_DAY}T${TIME}${OFFSET})$`),
    legal: 'a date and time with offset, such as 2026-11-22T10:00:00.000+01:00',
  },
  markdown: { form: /[^]/, legal: 'text that is not empty' },
  oid: { form: /^urn:oid:[0-2](\.(0|[1-9][0-9]*))+$/, legal: 'an OID, such as urn:oid:1.2.3' },
  string: { form: /[^]/, legal: 'text that is not empty' },
  time: { form: new RegExp(`^${TIME}$`), legal: 'a time of day, such as 10:00:00' },
  uri: { form: /^\S+$/, legal: 'a URI: text without spaces' },
  url: { form: /^\S+$/, legal: 'a URL: text without spaces' },
  uuid: {
    form: /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    legal: 'a UUID in small letters, such as urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
  },
};

/** Types of number, with the least and the greatest whole one (FHIR R4, Data Types: 32 bits). */
const WHOLE_NUMBERS: Readonly<Record<string, readonly [least: number, greatest: number]>> = {
  integer: [-2_147_483_648, 2_147_483_647],
  positiveInt: [1, 2_147_483_647],
  unsignedInt: [0, 2_147_483_647],
};

const DATES: ReadonlySet<string> = new Set(['date', 'dateTime', 'instant']);

/** Judges values of a primitive type; `undefined` for a type that is none. */
export function primitiveJudge(type: string): JudgePrimitive | undefined {
  if (type === 'boolean') return (value) => (typeof value === 'boolean' ? undefined : notJson('boolean'));
  if (type === 'decimal') return (value) => (Number.isFinite(value) ? undefined : notJson('number'));
  const bounds = WHOLE_NUMBERS[type];
  if (bounds !== undefined) return (value) => wholeNumberFault(value, bounds);
  const text = TEXTS[type];
  if (text === undefined) return undefined;
  const isDate = DATES.has(type);
  return (value) => {
    if (typeof value !== 'string') return notJson('string');
    if (!text.form.test(value) || UNFIT.test(value)) return { code: 'value', diagnostics: `Expected ${text.legal}` };
    return isDate && !isRealDay(value) ? { code: 'value', diagnostics: 'The calendar has no such day' } : undefined;
  };
}

function notJson(type: string): PrimitiveFault {
  return { code: 'structure', diagnostics: `Expected JSON of type ${type}` };
}

function wholeNumberFault(
  value: unknown,
  [least, greatest]: readonly [least: number, greatest: number],
): PrimitiveFault | undefined {
  if (typeof value !== 'number') return notJson('number');
  if (!Number.isInteger(value)) return { code: 'structure', diagnostics: 'Expected a whole number' };
  if (value >= least && value <= greatest) return undefined;
  return { code: 'value', diagnostics: `Expected a number from ${least} to ${greatest}` };
}

/** Text that has the form of a date; one without a day is real. */
function isRealDay(text: string): boolean {
  if (text.length < 10) return true;
  const day = Number(text.slice(8, 10));
  if (day <= 28) return true;
  const end = new Date(0);
  end.setUTCFullYear(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0);
  return day <= end.getUTCDate();
}
