import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { derive, type Derivative } from './support/derive';
import { type DumpedElement, type DumpedFile, dumpedFiles } from './support/dump';
import { originalIdentifiers } from './support/original-identifiers';
import { isDate, LEGAL_OUTCOMES, outcomeOf, shiftOf, withKnownVr } from './support/outcome';
import { pixelsApart } from './support/pixels-apart';
import { profileRow } from '../../../../src/workloads/imaging/deidentify/profile';
import { bufferSource } from '../../../../src/workloads/imaging/dicom/byte-source';
import { DicomFault } from '../../../../src/workloads/imaging/dicom/dicom-fault';
import { inspectPart10 } from '../../../../src/workloads/imaging/dicom/inspect';
import { type DicomJson, type InstanceMetadata, readMetadata } from '../../../../src/workloads/imaging/dicom/metadata';
import { DICOM_FILES, describeOnDebian, type DicomFile, dicomFile } from '../support/dicom-files';

interface Pair {
  readonly name: string;
  readonly original: InstanceMetadata;
  readonly bytes: Buffer;
  readonly derivative: Derivative;
  readonly before: DumpedFile;
  readonly after: DumpedFile;
}

/** What the de-identifier puts there, whatever was there. */
const MARKED = new Set(['00100010', '00100020', '00120062', '00120063', '00120064', '00280303']);

/**
 * Values of attributes that go, which the same files have in attributes that stay: of bodies, machines and their makers, and zeros of numbers.
 * Each is a word that is nobody's.
 */
const PUBLIC_WORDS = new Set([
  'HEAD',
  'NONE',
  '00000',
  'WHOLE BODY',
  'LightSpeed Plus',
  'LightSpeed Ultr',
  'Mortara Instrument, Inc.',
]);

const pairs: Pair[] = [];

/** One line for every thing that is wrong in a file; no value of it. */
function wrong(check: (pair: Pair) => Iterable<string>): string[] {
  return pairs.flatMap((pair) => [...new Set(check(pair))].map((line) => `${pair.name}: ${line}`));
}

describeOnDebian('the derivative of every real file that is received', () => {
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'derivatives-'));
    try {
      const made: (Pick<Pair, 'original' | 'bytes' | 'derivative' | 'name'> & { path: string; copy: string })[] = [];
      for (const { name, path } of DICOM_FILES) {
        const bytes = readFileSync(path);
        const original = await received(bytes);
        if (original === undefined) continue;
        const derivative = await derive(bytes);
        const copy = join(folder, `${made.length}.dcm`);
        writeFileSync(copy, derivative.bytes);
        made.push({ name, path, copy, original, bytes, derivative });
      }
      const before = dumpedFiles(made.map(({ path }) => path));
      const after = dumpedFiles(made.map(({ copy }) => copy));
      for (const [index, { path: _path, copy: _copy, ...one }] of made.entries()) {
        const [old, derived] = [before[index], after[index]];
        if (old !== undefined && derived !== undefined) pairs.push({ ...one, before: old, after: derived });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 120_000);

  it('is there for more than 150 of them, and dcmtk reads it', () => {
    expect(pairs.length).toBeGreaterThan(150);
  });

  it('is received as the original was, under other UIDs', async () => {
    for (const { name, original, derivative } of pairs) {
      const summary = await inspectPart10(bufferSource(derivative.bytes));
      const { sopClassUid, pixels } = await readMetadata(bufferSource(derivative.bytes));
      expect({ name, sopClassUid, ...described(pixels) }).toEqual({
        name,
        sopClassUid: original.sopClassUid,
        ...described(original.pixels),
      });
      const uids = [summary.studyInstanceUid, summary.seriesInstanceUid, summary.sopInstanceUid];
      expect(uids).toEqual(uids.map(() => expect.stringMatching(/^2\.25\.\d+$/)));
    }
  });

  it('has the pixels bit for bit', async () => {
    for (const { name, bytes, derivative } of pairs) {
      const [old, derived] = [await pixelsApart(bytes), await pixelsApart(derivative.bytes)];
      expect({ name, isSame: derived.pixels.equals(old.pixels) }).toEqual({ name, isSame: true });
    }
  });

  it('has nothing private, and nothing that dcmtk does not know, at any depth', () => {
    const all = wrong(({ after }) =>
      [...after.meta.values(), ...after.dataSet.values()]
        .filter(({ tag, keyword }) => /[13579bdf]$/.test(tag.slice(0, 4)) || /Unknown|Private/.test(keyword))
        .map(({ path }) => path),
    );
    expect(all).toEqual([]);
  });

  it('has of each attribute of Table E.1-1 what its code allows, at every depth', () => {
    const all = wrong(({ before, after }) =>
      elementsBesideMarks(before).flatMap((old) => {
        const row = profileRow(Number.parseInt(old.tag, 16));
        if (row === undefined || !isHolderThere(old, after)) return [];
        const outcome = outcomeOf(withKnownVr(old), after.dataSet.get(old.path));
        const legal = [...(LEGAL_OUTCOMES[row.basicProfile] ?? []), ...(row.modifiedDates ? ['shifted'] : [])];
        const isTimeOfDay = row.modifiedDates && withKnownVr(old).vr === 'TM';
        const wasEmpty = old.value === '' && outcome === 'empty';
        const isLegal = legal.includes(outcome) || wasEmpty || (outcome === 'same' && isTimeOfDay);
        return isLegal || isDummyAlready(old)
          ? []
          : [`${old.path} ${old.keyword}: ${row.basicProfile} has become ${outcome}`];
      }),
    );
    expect(all).toEqual([]);
  });

  it('has, of attributes beside the table, only what was there, moved dates, mapped UIDs and dummies', () => {
    const all = wrong(({ before, after }) =>
      elementsBesideMarks(after).flatMap((derived) => {
        const old = before.dataSet.get(derived.path);
        if (old === undefined) {
          return isWithinUnknown(derived, before) ? [] : [`${derived.path} ${derived.keyword} is new`];
        }
        return outcomeOf(withKnownVr(old), derived) === 'other'
          ? [`${derived.path} ${derived.keyword} says something else`]
          : [];
      }),
    );
    expect(all).toEqual([]);
  });

  it('has, where a sequence is to say nothing, nothing of what its Items said', () => {
    const all = wrong(({ before, after }) =>
      elementsBesideMarks(after).flatMap((derived) => {
        const old = before.dataSet.get(derived.path);
        if (old === undefined || old.value === '' || !isInDummy(derived)) return [];
        const outcome = outcomeOf(withKnownVr(old), derived);
        const mayStay =
          ['CS', 'TM'].includes(derived.vr) || /(Class|CodingScheme)UID$/.test(derived.keyword) || isDummyAlready(old);
        return outcome === 'same' && !mayStay ? [`${derived.path} ${derived.keyword}`] : [];
      }),
    );
    expect(all).toEqual([]);
    const within = pairs.flatMap(({ after }) => elementsBesideMarks(after).filter(isInDummy));
    expect(within.length).toBeGreaterThan(100);
  });

  it('says that, how, and with what dates it was de-identified', () => {
    const all = wrong(({ after: { dataSet } }) => {
      const valuesOf = (...paths: string[]) => paths.map((path) => dataSet.get(path)?.value);
      const [identityRemoved, method, temporal] = valuesOf('00120062', '00120063', '00280303');
      const codes = valuesOf(
        '00120064[1].00080100',
        '00120064[1].00080102',
        '00120064[2].00080100',
        '00120064[2].00080102',
      );
      return [
        ...(identityRemoved === 'YES' ? [] : ['PatientIdentityRemoved']),
        ...(method?.startsWith('Basic Profile of DICOM PS3.15') === true ? [] : ['DeidentificationMethod']),
        ...(codes.join() === '113100,DCM,113107,DCM' ? [] : ['DeidentificationMethodCodeSequence']),
        ...(temporal === 'MODIFIED' ? [] : ['LongitudinalTemporalInformationModified']),
      ];
    });
    expect(all).toEqual([]);
  });

  it('has file meta information of its own, whose UIDs are those of the data set', () => {
    const all = wrong(({ after: { meta, dataSet }, bytes, derivative }) => {
      const same = (tag: string, of: string) => meta.get(tag)?.value === dataSet.get(of)?.value;
      const tags = [...meta.keys()].join();
      return [
        ...(same('00020002', '00080016') ? [] : ['MediaStorageSOPClassUID']),
        ...(same('00020003', '00080018') ? [] : ['MediaStorageSOPInstanceUID']),
        ...(tags === '00020000,00020001,00020002,00020003,00020010,00020012,00020013' ? [] : [tags]),
        ...(meta.get('00020013')?.value === 'DEIDENTIFIED' ? [] : ['ImplementationVersionName']),
        ...(derivative.bytes.subarray(0, 128).some((byte) => byte !== 0) ? ['a preamble'] : []),
        ...(bytes.equals(derivative.bytes) ? ['nothing has changed'] : []),
      ];
    });
    expect(all).toEqual([]);
  });

  it('has no original identifier anywhere outside the pixels, as the file wrote it or in UTF-8', async () => {
    const found: string[] = [];
    let searched = 0;
    for (const { name, before, original, derivative } of pairs) {
      const { rest } = await pixelsApart(derivative.bytes);
      const identifiers = originalIdentifiers([...before.meta.values(), ...before.dataSet.values()]);
      const tags = new Set(identifiers.map(({ tag }) => tag));
      const texts = [
        ...identifiers.map(({ tag, keyword, value }) => ({
          what: `${tag} ${keyword}`,
          bytes: Buffer.from(value, 'latin1'),
        })),
        ...textsIn(original.json, tags).map((text) => ({ what: 'text in UTF-8', bytes: Buffer.from(text, 'utf8') })),
      ];
      searched += texts.length;
      const secret = texts.filter(({ bytes }) => !PUBLIC_WORDS.has(bytes.toString('latin1')));
      found.push(...secret.filter(({ bytes }) => rest.includes(bytes)).map(({ what }) => `${name}: ${what}`));
    }
    expect([...new Set(found)]).toEqual([]);
    expect(searched).toBeGreaterThan(4_000);
  });

  it('has the same new UID wherever an original had the same, in every file, and never one for two', () => {
    const news = new Map<string, Set<string>>();
    const files = new Map<string, Set<string>>();
    for (const { name, before, after } of pairs) {
      for (const [old, derived] of uidsOf(before, after)) {
        news.set(old, (news.get(old) ?? new Set()).add(derived));
        files.set(old, (files.get(old) ?? new Set()).add(name));
      }
    }
    const all = [...news.values()];
    expect(all.filter(({ size }) => size !== 1)).toEqual([]);
    expect(new Set(all.flatMap((set) => [...set])).size).toBe(news.size);
    expect([...files.values()].filter(({ size }) => size > 1).length).toBeGreaterThan(20);
  });

  it('refers to the derivatives of the instances that the original referred to', () => {
    const instances = new Map(pairs.map(({ before, after }) => [before.dataSet.get('00080018')?.value, after]));
    let references = 0;
    for (const { before, after } of pairs) {
      for (const { path, tag, value } of after.dataSet.values()) {
        const target = tag === '00081155' ? instances.get(before.dataSet.get(path)?.value) : undefined;
        if (target === undefined) continue;
        references += 1;
        expect(value).toBe(target.dataSet.get('00080018')?.value);
      }
    }
    expect(references).toBeGreaterThan(0);
  });

  it('has all dates of a patient moved by as many days back, in every file', () => {
    const shifts = new Map<string, Set<number>>();
    let dates = 0;
    for (const { original, before, after } of pairs) {
      const { issuer, patientId } = original.patient;
      const patient = patientId === '' ? original.studyInstanceUid : `${issuer} ${patientId}`;
      for (const derived of elementsBesideMarks(after).filter(isDate)) {
        const old = before.dataSet.get(derived.path);
        const shift = old === undefined ? undefined : shiftOf(withKnownVr(old), derived);
        if (shift === undefined) continue;
        dates += 1;
        shifts.set(patient, (shifts.get(patient) ?? new Set()).add(shift));
      }
    }
    const all = [...shifts.values()];
    expect(all.filter(({ size }) => size !== 1)).toEqual([]);
    expect(all.flatMap((set) => [...set]).filter((shift) => shift > -1 || shift < -365)).toEqual([]);
    expect(new Set(all.flatMap((set) => [...set])).size).toBeGreaterThan(10);
    expect(dates).toBeGreaterThan(300);
  });

  it('is nobody’s that another hospital knows: UIDs, pseudonym and dates are other ones there', async () => {
    const file = readFileSync(dicomFile('pydicom/test_files/CT_small.dcm'));
    const [one, other] = await Promise.all(
      [1, 2].map(async (hospitalId) => readMetadata(bufferSource((await derive(file, hospitalId)).bytes))),
    );
    for (const key of ['sopInstanceUid', 'seriesInstanceUid', 'studyInstanceUid'] as const) {
      expect(other?.[key]).not.toBe(one?.[key]);
    }
    expect(other?.patient.patientId).not.toBe(one?.patient.patientId);
    expect(other?.study.studyDate).not.toBe(one?.study.studyDate);
  });

  it('is the same, byte for byte, when it is made again', async () => {
    for (const { name, bytes, derivative } of pairs.filter((_, index) => index % 10 === 0)) {
      const isSame = (await derive(bytes)).bytes.equals(derivative.bytes);
      expect({ name, isSame }).toEqual({ name, isSame: true });
    }
  });
});

/** What the receiver reads; `undefined` where it refuses the file. */
async function received(bytes: Buffer): Promise<InstanceMetadata | undefined> {
  try {
    await inspectPart10(bufferSource(bytes));
    return await readMetadata(bufferSource(bytes));
  } catch (error) {
    if (error instanceof DicomFault) return undefined;
    throw error;
  }
}

/** Where pixels are is another place in the derivative. */
function described(pixels: InstanceMetadata['pixels']): object {
  if (pixels === undefined) return {};
  const { place, transferSyntax, ...others } = pixels;
  return { ...others, place: place.kind, codec: transferSyntax.codec };
}

function elementsBesideMarks({ dataSet }: DumpedFile): DumpedElement[] {
  return [...dataSet.values()].filter(({ path }) => !MARKED.has(path.slice(0, 8)) && !path.startsWith('7fe00010'));
}

function holdersOf({ path }: DumpedElement): string[] {
  const parts = path.split('.');
  return parts.slice(1).map((_, index) =>
    parts
      .slice(0, index + 1)
      .join('.')
      .replace(/\[\d+\]$/, ''),
  );
}

/** What was in a sequence that is gone has gone with it. */
function isHolderThere(element: DumpedElement, after: DumpedFile): boolean {
  return holdersOf(element).every((holder) => (after.dataSet.get(holder)?.value ?? '') !== '');
}

/** dcmdump shows no Items of what the file does not say to be a sequence. */
function isWithinUnknown(element: DumpedElement, before: DumpedFile): boolean {
  return holdersOf(element).some((holder) => before.dataSet.get(holder)?.vr === 'UN');
}

function isInDummy(element: DumpedElement): boolean {
  return holdersOf(element).some((holder) =>
    /D/.test(profileRow(Number.parseInt(holder.slice(-8), 16))?.basicProfile ?? ''),
  );
}

function isDummyAlready({ value }: DumpedElement): boolean {
  return /^(0|000000|(00\\?)+)$/.test(value);
}

/** UIDs of the original with those that stand where they stood. */
function uidsOf(before: DumpedFile, after: DumpedFile): [string, string][] {
  return [...after.dataSet.values()].flatMap(({ path, vr, value }) => {
    const old = before.dataSet.get(path)?.value.split('\\') ?? [];
    const mapped = value.split('\\');
    return vr === 'UI' && value.startsWith('2.25.')
      ? old.map((uid, index): [string, string] => [uid, mapped[index] ?? ''])
      : [];
  });
}

/** Texts of attributes at every depth, names by their parts, as our own reader has turned them into Unicode. */
function textsIn(json: DicomJson, tags: ReadonlySet<string>): string[] {
  return Object.entries(json).flatMap(([tag, { vr, Value = [] }]) => {
    if (vr === 'SQ') return Value.flatMap((item) => textsIn(item as DicomJson, tags));
    if (!tags.has(tag.toLowerCase()) || vr === 'UI') return [];
    const texts = Value.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [value],
    );
    const strings = texts.filter((text) => typeof text === 'string');
    const parts = vr === 'PN' ? strings.flatMap((name) => [name, ...name.split('^')]) : strings;
    return parts.map((text) => text.trim()).filter((text) => text.length >= (/[^\0-\x7f]/.test(text) ? 2 : 4));
  });
}
