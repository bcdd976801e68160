import { patientsNamedIn } from './named';
import {
  ESCAPE_NEEDLE,
  needlesOf,
  type PatientMentions,
  readingsOf,
} from '../../../runtime/operations/patient-mentions';
import { isLines, linesOf } from '../decode/lines';

/** An identifier of a patient that no other patient has. */
export interface OwnIdentifier {
  /** Empty: it has none. */
  readonly system: string;
  readonly value: string;
  /** The id that is made of it where no other is given. */
  readonly patientId: string;
}

const PATIENTS_MAX = 20;

/** Payloads with these are worth a look whoever is looked for: Patients and messages may name them by what ids are made of. */
const NAMING = ['"Patient"', 'PID', 'MRG'];

/**
 * Finds a person in submissions: by their ids, or by an identifier with its system; never by a number alone, which may be
 * another hospital's for somebody else. What cannot be read is theirs when it says `Patient/` and the id, or seems to be the
 * Patient, or says an identifier and its system.
 *
 * An HL7 v2 message is one piece, a document of JSON as well, since a Bundle is stored as a whole or not at all; lines of JSON
 * are a piece each.
 */
export function recordMentions(ids: readonly string[], identifiers: readonly OwnIdentifier[]): PatientMentions {
  const certain = identifiers.filter(({ system }) => system !== '');
  const known = new Set([...ids, ...certain.map(({ patientId }) => patientId)]);
  const anyId = ids.map(escaped).join('|');
  const reference = new RegExp(`Patient\\\\?/(?:${anyId})(?![A-Za-z0-9.-])`);
  const ownId = new RegExp(`"id"\\s*:\\s*"(?:${anyId})"`);

  const seemsAbout = (text: string) =>
    (text.includes('"Patient"') && ownId.test(text)) ||
    certain.some(({ system, value }) => [system, value].every((one) => text.includes(JSON.stringify(one))));

  return {
    needles: [...[...ids, ...certain.map(({ value }) => value), ...NAMING].flatMap(needlesOf), ESCAPE_NEEDLE],
    piecesOf,
    isAbout: (piece) => {
      const readings = readingsOf(piece);
      if (readings.some((text) => reference.test(text))) return true;
      const named = patientsNamedIn(piece);
      if ([...named.ids, ...named.aliases].some((id) => known.has(id))) return true;
      return !named.isRead && readings.some(seemsAbout);
    },
  };
}

/** Ids of the patients that a payload names; a few at the most. */
export function patientsOfPayload(payload: Uint8Array): string[] {
  const ids = new Set<string>();
  for (const piece of piecesOf(payload)) {
    const named = patientsNamedIn(piece);
    for (const id of named.ids) ids.add(id);
    if (!named.isRead) {
      for (const [, id = ''] of readingsOf(piece)[0]?.matchAll(/Patient\\?\/([A-Za-z0-9\-.]{1,64})/g) ?? []) {
        ids.add(id);
      }
    }
    if (ids.size >= PATIENTS_MAX) break;
  }
  return [...ids].slice(0, PATIENTS_MAX);
}

/** UTF-16 has no lines that we could tell. */
function piecesOf(payload: Uint8Array): readonly Uint8Array[] {
  return !payload.includes(0) && isLines(payload) ? linesOf(payload) : [payload];
}

function escaped(id: string): string {
  return id.replaceAll('.', '\\.');
}
