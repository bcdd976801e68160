import { VITAL_SIGNS, vitalSignByCode } from '../vital-signs';

/**
 * Codes of IEEE 11073-10101 that gateways of monitors send, with the vital sign that each is. The numbers are the standard's
 * partition × 65536 + code. Which LOINC code says the same follows the profiles that give both side by side: HL7's Personal Health
 * Device guide (blood pressure, for one) and gematik's ISiK guide of vital signs (arterial pressure, body weight, for two).
 *
 * A pulse rate is not here: it is not the heart's rate in every patient, and FHIR's vital signs have no code for it.
 */
const LOINC_BY_MDC: ReadonlyMap<string, string> = new Map([
  ['147842', '8867-4'], // MDC_ECG_HEART_RATE
  ['151562', '9279-1'], // MDC_RESP_RATE
  ['150456', '59408-5'], // MDC_PULS_OXIM_SAT_O2
  ['150344', '8310-5'], // MDC_TEMP
  ['150364', '8310-5'], // MDC_TEMP_BODY
  ['150017', '8480-6'], // MDC_PRESS_BLD_SYS
  ['150018', '8462-4'], // MDC_PRESS_BLD_DIA
  ['150019', '8478-0'], // MDC_PRESS_BLD_MEAN
  ['150021', '8480-6'], // MDC_PRESS_BLD_NONINV_SYS
  ['150022', '8462-4'], // MDC_PRESS_BLD_NONINV_DIA
  ['150023', '8478-0'], // MDC_PRESS_BLD_NONINV_MEAN
  ['188740', '8302-2'], // MDC_LEN_BODY_ACTUAL
  ['188736', '29463-7'], // MDC_MASS_BODY_ACTUAL
  ['188752', '39156-5'], // MDC_RATIO_MASS_BODY_LEN_SQ
]);

/** Units of IEEE 11073-10101 and what UCUM calls them. */
const UCUM_BY_MDC: ReadonlyMap<string, string> = new Map([
  ['264864', '/min'], // MDC_DIM_BEAT_PER_MIN
  ['264928', '/min'], // MDC_DIM_RESP_PER_MIN
  ['262688', '%'], // MDC_DIM_PERCENT
  ['266016', 'mm[Hg]'], // MDC_DIM_MMHG
  ['268192', 'Cel'], // MDC_DIM_DEGC
  ['266560', '[degF]'], // MDC_DIM_FAHR
  ['263441', 'cm'], // MDC_DIM_CENTI_M
  ['263875', 'kg'], // MDC_DIM_KILO_G
  ['264096', 'kg/m2'], // MDC_DIM_KG_PER_M_SQ
]);

const MDC = 'MDC';

/** A coded element: code, and the name of its system (HL7 table 0396). */
export interface Coded {
  readonly code: string;
  readonly system: string;
}

/** The LOINC code of a vital sign, of the first coding that means one; `undefined` when none does. */
export function vitalSignOf(codings: readonly Coded[]): string | undefined {
  for (const { code, system } of codings) {
    const loinc = system === MDC ? LOINC_BY_MDC.get(code) : system === 'LN' ? code : undefined;
    if (loinc !== undefined && vitalSignByCode(loinc) !== undefined) return loinc;
  }
  return undefined;
}

/** The UCUM code of a unit. One that names no system is taken for UCUM's, as its own codes are what most senders write. */
export function ucumOf({ code, system }: Coded): string | undefined {
  if (system === MDC) return UCUM_BY_MDC.get(code);
  return system === '' || system === 'UCUM' ? code : undefined;
}

/** For people: which codes there are. */
export const STORED_CODES = VITAL_SIGNS.map(({ code }) => code).join(', ');
