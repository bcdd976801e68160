import { decodeMessage } from '../../../runtime/hl7/charset';
import { Hl7Refusal } from '../../../runtime/hl7/fault';
import { parseMessage, type Segment } from '../../../runtime/hl7/message';
import { derivedResourceId } from '../decode/identity';
import { patientIdentity } from '../hl7/identity';

/** Patients that a submission speaks of, whether it is right or wrong. */
export interface NamedPatients {
  /** By the ids under which they would be stored. */
  readonly ids: ReadonlySet<string>;
  /** By the ids that would be made of each of their identifiers. */
  readonly aliases: ReadonlySet<string>;
  /** Whether it could be read at all: as JSON, or as segments of HL7 v2. */
  readonly isRead: boolean;
}

const PATIENT_URL = /^(?:.*\/)?Patient\/([A-Za-z0-9\-.]{1,64})(?:[/#?|].*)?$/s;
const UUID_URL = /^urn:uuid:([0-9a-f-]{36})$/i;
/** A segment that names patients, wherever a line begins. */
const PATIENT_SEGMENT = /(?:^|[\r\n\v])(?:PID|MRG)[^A-Za-z0-9\s]/;
const HEADER = /(?:^|[\r\n\v])(MSH[^A-Za-z0-9\s]{5})/;
const USUAL_HEADER = 'MSH|^~\\&';
/** The field of each that lists identifiers of the patient (HL7 v2.5.1, chapter 3). */
const PATIENT_FIELDS = { PID: 3, MRG: 1 } as const;

/** Reads a submission as far as it can be read: rules of FHIR and HL7 that say nothing of patients may be broken. */
export function patientsNamedIn(piece: Uint8Array): NamedPatients {
  const ids = new Set<string>();
  const aliases = new Set<string>();
  const text = textOf(piece);
  if (PATIENT_SEGMENT.test(text)) {
    for (const identity of messageIdentities(messageText(piece) ?? text)) {
      ids.add(identity.id);
      for (const identifier of identity.identifiers) aliases.add(aliasOf(identifier));
    }
    return { ids, aliases, isRead: true };
  }
  const json = parsed(text);
  if (json === undefined) return { ids, aliases, isRead: false };
  addFromJson(json.value, { ids, aliases });
  return { ids, aliases, isRead: true };
}

/** UTF-16 is told by its zero bytes; without them, what is ASCII of it is readable. */
function textOf(piece: Uint8Array): string {
  const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  const text = piece.includes(0) ? bytes.toString('latin1').replaceAll('\0', '') : bytes.toString('utf8');
  return text.replace(/^(?:\ufeff|\xff\xfe|\xfe\xff)/, '');
}

function messageText(piece: Uint8Array): string | undefined {
  try {
    return decodeMessage(piece, undefined);
  } catch (error) {
    if (!(error instanceof Hl7Refusal)) throw error;
    return undefined;
  }
}

/** Of every PID and MRG, each read by itself, so that no other segment's fault matters. */
function* messageIdentities(text: string) {
  const header = HEADER.exec(text)?.[1] ?? USUAL_HEADER;
  for (const line of text.split(/[\r\n\v\x1c]+/)) {
    const name = line.slice(0, 3);
    if (name !== 'PID' && name !== 'MRG') continue;
    const segment = segmentOf(header, line) ?? segmentOf(USUAL_HEADER, line);
    const identity = segment === undefined ? undefined : patientIdentity(segment, PATIENT_FIELDS[name]);
    if (identity !== undefined) yield identity;
  }
}

function segmentOf(header: string, line: string): Segment | undefined {
  try {
    return parseMessage(`${header}${header.charAt(3)}\r${line}`).segments[1];
  } catch (error) {
    if (!(error instanceof Hl7Refusal)) throw error;
    return undefined;
  }
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

interface Found {
  readonly ids: Set<string>;
  readonly aliases: Set<string>;
}

/** Without recursion: what lies in quarantine may nest however deep. */
function addFromJson(root: unknown, found: Found): void {
  const waiting: Array<{ readonly value: unknown; readonly isContained: boolean }> = [
    { value: root, isContained: false },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, isContained } = next;
    if (Array.isArray(value)) {
      for (const one of value) waiting.push({ value: one, isContained });
    } else if (isObject(value)) {
      addFromObject(value, isContained, found);
      for (const [name, child] of Object.entries(value)) {
        waiting.push({ value: child, isContained: isContained || name === 'contained' });
      }
    }
  }
}

function addFromObject(value: Readonly<Record<string, unknown>>, isContained: boolean, { ids, aliases }: Found): void {
  for (const url of [value.reference, value.url, value.fullUrl]) {
    if (typeof url !== 'string') continue;
    const id = PATIENT_URL.exec(url)?.[1];
    if (id !== undefined) ids.add(id);
    // Of which type it is does not matter: no two resources have one UUID.
    const uuid = UUID_URL.exec(url)?.[1];
    if (uuid !== undefined) aliases.add(uuid.toLowerCase());
  }
  const { resourceType, id, identifier } = value;
  if (resourceType === 'Patient') {
    const identifiers: unknown[] = Array.isArray(identifier) ? identifier : [identifier];
    const derived = identifiers.flatMap((one) => (hasValue(one) ? [aliasOf(one)] : []));
    for (const alias of derived) aliases.add(alias);
    // The id of a contained resource is a name within its container.
    const own = typeof id === 'string' ? id : derived[0];
    if (!isContained && own !== undefined) ids.add(own);
  } else if (resourceType === undefined && hasValue(identifier)) {
    // A reference by identifier.
    aliases.add(aliasOf(identifier));
  }
}

function hasValue(identifier: unknown): boolean {
  return isObject(identifier) && typeof identifier.value === 'string';
}

function aliasOf(identifier: unknown): string {
  return derivedResourceId('Patient', identifier, '');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
