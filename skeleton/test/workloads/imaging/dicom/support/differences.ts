import type { ToolAttribute, ToolDataSet } from './dcm2xml';
import type { DicomJson, DicomJsonAttribute } from '../../../../../src/workloads/imaging/dicom/metadata';
import { elementOf } from '../../../../../src/workloads/imaging/dicom/tag';

const BINARY: ReadonlySet<string> = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN']);
const NUMBERS: ReadonlySet<string> = new Set(['DS', 'FD', 'FL', 'IS', 'SL', 'SS', 'UL', 'US']);
const BULK_BYTES = 1024;
const TEXT_BYTES = 64 * 1024;
const PADDING = 'FFFCFFFC';

/** Where our reading of a data set is another than dcmtk's: one line for each attribute, its path first. */
export function differences(ours: DicomJson, theirs: ToolDataSet, path = ''): string[] {
  const lines = [...theirs].flatMap(([tag, attribute]) => ofAttribute(ours[tag], attribute, path + tag));
  const unknown = Object.keys(ours).filter((tag) => !theirs.has(tag));
  return [...lines, ...unknown.map((tag) => `${path}${tag} is not in the file`)];
}

function ofAttribute(ours: DicomJsonAttribute | undefined, theirs: ToolAttribute, path: string): string[] {
  if (isLeftOut(theirs, path.slice(-8))) return ours === undefined ? [] : [`${path} should be left out`];
  if (ours === undefined) return [`${path} ${theirs.vr} is missing`];
  if (theirs.vr === 'UN' && ours.vr !== 'UN') return sameBytes(ours, theirs) ? [] : [`${path} UN has another value`];
  if (ours.vr !== theirs.vr) return [`${path} is ${ours.vr}, not ${theirs.vr}`];
  if (theirs.items === undefined) return sameValue(ours, theirs) ? [] : [`${path} ${theirs.vr} has another value`];
  const items = (ours.Value ?? []) as DicomJson[];
  if (items.length !== theirs.items.length) return [`${path} has ${items.length} Items, not ${theirs.items.length}`];
  return theirs.items.flatMap((item, index) => differences(items[index] ?? {}, item, `${path}/${index}/`));
}

/** Lengths of groups, padding, and bulk data, fragments of pixels among it. */
function isLeftOut({ vr, lengthBytes, items }: ToolAttribute, tag: string): boolean {
  if (elementOf(Number.parseInt(tag, 16)) === 0 || tag === PADDING) return true;
  if (items !== undefined) return vr !== 'SQ';
  return lengthBytes > (BINARY.has(vr) ? BULK_BYTES : TEXT_BYTES);
}

/** Of what the file says UN and the standard's dictionary more, dcmtk gives the bytes. */
function sameBytes(ours: DicomJsonAttribute, theirs: ToolAttribute): boolean {
  const bytes = Buffer.from(theirs.text, 'base64');
  const isText =
    ours.vr !== 'AT' && !BINARY.has(ours.vr) && (!NUMBERS.has(ours.vr) || ours.vr === 'DS' || ours.vr === 'IS');
  if (isText) return sameValue(ours, { ...theirs, vr: ours.vr, text: bytes.toString('latin1').replace(/[\0 ]+$/, '') });
  if (BINARY.has(ours.vr)) return (ours.InlineBinary ?? '') === theirs.text;
  if (ours.vr === 'AT') {
    const halves = [bytes.readUInt16LE(0), bytes.readUInt16LE(2)].map((half) => half.toString(16).padStart(4, '0'));
    return ours.Value?.length === 1 && ours.Value[0] === halves.join('').toUpperCase();
  }
  return ours.vr === 'US' && (ours.Value ?? []).every((value, index) => value === bytes.readUInt16LE(index * 2));
}

function sameValue(ours: DicomJsonAttribute, theirs: ToolAttribute): boolean {
  if (BINARY.has(theirs.vr)) {
    return (ours.InlineBinary ?? '') === (theirs.vr === 'OW' ? swapped(theirs.text) : theirs.text);
  }
  const values = (ours.Value ?? []).map(asText);
  const others = theirs.text.split('\\').map((value) => plain(theirs.vr, value.trim()));
  if (values.length === 0) return others.every((value) => value === '');
  if (!NUMBERS.has(theirs.vr)) return values.map((value) => value.trim()).join('\\') === others.join('\\');
  return values.length === others.length && values.every((value, index) => sameNumber(value, others[index] ?? ''));
}

/** dcmtk writes numbers of four bytes with nine digits and of eight with seventeen. */
function sameNumber(ours: string, theirs: string): boolean {
  if (ours === theirs || ours === '' || theirs === '') return ours === theirs;
  const [one, other] = [Number(ours), Number(theirs)];
  return one === other || Math.abs(one - other) <= Math.abs(other) * 1e-8;
}

/** Empty groups of a name that nothing follows; tags with parentheses. */
function plain(vr: string, value: string): string {
  if (vr === 'PN') return value.replace(/=+$/, '');
  return vr === 'AT' ? value.replace(/[(),]/g, '').toUpperCase() : value;
}

/** dcmtk writes words in big endian. */
function swapped(base64: string): string {
  return Buffer.from(base64, 'base64').swap16().toString('base64');
}

function asText(value: unknown): string {
  if (value === null) return '';
  if (typeof value !== 'object') return String(value);
  const { Alphabetic = '', Ideographic = '', Phonetic = '' } = value as Record<string, string>;
  return [Alphabetic, Ideographic, Phonetic].join('=').replace(/=+$/, '');
}
