import { readWithDcmtk, type ToolAttribute, type ToolDataSet } from './support/dcm2xml';
import { differences } from './support/differences';
import { type FileSource, fileSource } from '../../../../src/workloads/imaging/dicom/byte-source';
import { DicomFault } from '../../../../src/workloads/imaging/dicom/dicom-fault';
import { inspectPart10 } from '../../../../src/workloads/imaging/dicom/inspect';
import { type InstanceMetadata, readMetadata } from '../../../../src/workloads/imaging/dicom/metadata';
import { DICOM_FILES, describeOnDebian, type DicomFile } from '../support/dicom-files';

const DICOMDIRS = 'pydicom/test_files/dicomdirtests';

/** Files that are refused, and with which code; every other one is accepted. */
const REFUSED: Readonly<Record<string, string>> = {
  'pydicom/charset_files/chrSQEncoding.dcm': 'sop_class_uid_missing',
  'pydicom/charset_files/chrSQEncoding1.dcm': 'sop_class_uid_missing',
  // Palettes belong to no study.
  ...Object.fromEntries(
    ['fall', 'hotiron', 'hotmetalblue', 'pet', 'pet20step', 'spring', 'summer', 'winter'].map((name) => [
      `pydicom/palettes/${name}.dcm`,
      'study_instance_uid_missing',
    ]),
  ),
  'pydicom/test_files/ExplVR_BigEndNoMeta.dcm': 'preamble_missing',
  'pydicom/test_files/ExplVR_LitEndNoMeta.dcm': 'preamble_missing',
  'pydicom/test_files/MR_truncated.dcm': 'truncated',
  // Says that VRs are written, and writes none.
  'pydicom/test_files/SC_rgb_jpeg.dcm': 'vr_invalid',
  'pydicom/test_files/UN_sequence.dcm': 'sop_class_uid_missing',
  ...Object.fromEntries(
    ['', '-bigEnd', '-empty.dcm', '-implicit', '-nooffset', '-nopatient', '-reordered'].map((ending) => [
      `${DICOMDIRS}/DICOMDIR${ending}`,
      'dicomdir',
    ]),
  ),
  [`${DICOMDIRS}/TINY_ALPHA/DICOMDIR`]: 'dicomdir',
  'pydicom/test_files/empty_charset_LEI.dcm': 'sop_class_uid_missing',
  'pydicom/test_files/meta_missing_tsyntax.dcm': 'meta_information_invalid',
  'pydicom/test_files/nested_priv_SQ.dcm': 'sop_class_uid_missing',
  // A byte of its preamble is left.
  'pydicom/test_files/no_meta.dcm': 'not_dicom',
  'pydicom/test_files/no_meta_group_length.dcm': 'sop_class_uid_missing',
  'pydicom/test_files/priv_SQ.dcm': 'sop_class_uid_missing',
  'pydicom/test_files/rtplan_truncated.dcm': 'truncated',
  'pydicom/test_files/rtstruct.dcm': 'preamble_missing',
};

/**
 * Files whose text dcmtk cannot turn into UTF-8 as Debian builds it (with iconv of the GNU C library, which does not have ISO 2022's Japanese
 * parts), and what it therefore reads otherwise. character-sets.test.ts has their names.
 */
const JAPANESE = ['00100010 PN has another value', '00101001 PN has another value', '001021B0 LT has another value'];
const NOT_CONVERTED: Readonly<Record<string, readonly string[]>> = {
  'pydicom/charset_files/chrH31.dcm': ['00100010 PN has another value'],
  'pydicom/charset_files/chrH32.dcm': ['00100010 PN has another value'],
  'pydicom/charset_files/chrJapMulti.dcm': JAPANESE,
  'pydicom/charset_files/chrJapMultiExplicitIR6.dcm': JAPANESE,
  'pydicom/test_files/J2K_pixelrep_mismatch.dcm': [],
};

const ACCEPTED = DICOM_FILES.filter(({ name }) => REFUSED[name] === undefined);

describe('inspectPart10 and readMetadata with real files', () => {
  it.each(DICOM_FILES)('agree about $name', async ({ name, path }) => {
    const summary = await withFile(path, async (source) => outcome(inspectPart10(source)));
    const metadata = await withFile(path, async (source) => outcome(readMetadata(source)));

    expect(summary).toEqual(REFUSED[name] ?? expect.objectContaining({ sopInstanceUid: expect.stringMatching(/^\d/) }));
    expect(metadata).toEqual(typeof summary === 'string' ? summary : expect.objectContaining(summary));
  });
});

describeOnDebian('readMetadata beside dcmtk', () => {
  it('has files of every kind to compare', () => {
    expect(ACCEPTED.length).toBeGreaterThan(150);
    const missing = Object.keys(REFUSED).filter((name) => !DICOM_FILES.some((file) => file.name === name));
    expect(missing).toEqual([]);
  });

  it.each(ACCEPTED)('reads in $name the same attributes, values and columns', async (file) => {
    const { metadata, theirs } = await bothReadings(file);

    const isConverted = NOT_CONVERTED[file.name] === undefined;
    // dcmtk says there that it has converted.
    const lines = differences(metadata.json, theirs).filter((line) => !(isConverted && /(^|\/)00080005 /.test(line)));
    expect(lines).toEqual(NOT_CONVERTED[file.name] ?? []);
    expect(columnsOf(metadata, isConverted)).toEqual(columnsIn(theirs, isConverted));
  });
});

async function bothReadings({ name, path }: DicomFile): Promise<{ metadata: InstanceMetadata; theirs: ToolDataSet }> {
  const metadata = await withFile(path, readMetadata);
  const theirs = readWithDcmtk(path, NOT_CONVERTED[name] === undefined);
  if (theirs === undefined) throw new Error(`dcmtk does not read ${name}`);
  return { metadata, theirs };
}

function columnsOf({ patient, study, series, instance, ...others }: InstanceMetadata, withName: boolean): object {
  const { sopClassUid, sopInstanceUid, studyInstanceUid, seriesInstanceUid, pixels } = others;
  return {
    uids: [sopClassUid, sopInstanceUid, studyInstanceUid, seriesInstanceUid],
    patient: { ...patient, name: withName ? patient.name : undefined },
    study,
    series,
    instance,
    pixels: pixels && {
      rows: pixels.rows,
      columns: pixels.columns,
      frames: pixels.frames,
      samplesPerPixel: pixels.samplesPerPixel,
      bitsAllocated: pixels.bitsAllocated,
      isSigned: pixels.isSigned,
    },
  };
}

/** The same columns, out of what dcmtk has read. */
function columnsIn(set: ToolDataSet, withName: boolean): object {
  const first = (tag: string) => textOf(set.get(tag)).split('\\')[0]?.trim().replace(/=+$/, '') ?? '';
  const text = (tag: string) => first(tag) || null;
  const number = (tag: string) => (/^-?\d+$/.test(first(tag)) ? Number(first(tag)) : null);
  const date = (tag: string) => /^\d{8}$/.exec(first(tag).replaceAll('.', ''))?.[0] ?? null;
  return {
    uids: ['00080016', '00080018', '0020000D', '0020000E'].map(text),
    patient: {
      patientId: first('00100020'),
      issuer: first('00100021'),
      name: withName ? text('00100010') : undefined,
      birthDate: date('00100030'),
      sex: text('00100040'),
    },
    study: {
      studyDate: date('00080020'),
      studyTime: text('00080030'),
      accessionNumber: text('00080050'),
      studyId: text('00200010'),
      description: text('00081030'),
      referringPhysician: text('00080090'),
    },
    series: {
      modality: text('00080060'),
      seriesNumber: number('00200011'),
      description: text('0008103E'),
      bodyPart: text('00180015'),
    },
    instance: { instanceNumber: number('00200013') },
    pixels: set.has('7FE00010')
      ? {
          rows: number('00280010') ?? 0,
          columns: number('00280011') ?? 0,
          frames: number('00280008') ?? 1,
          samplesPerPixel: number('00280002') ?? 1,
          bitsAllocated: number('00280100') ?? 0,
          isSigned: number('00280103') === 1,
        }
      : undefined,
  };
}

/** Of UN, dcmtk gives the bytes. */
function textOf(attribute: ToolAttribute | undefined): string {
  if (attribute?.vr !== 'UN') return attribute?.text ?? '';
  const bytes = Buffer.from(attribute.text, 'base64');
  const isNumber = bytes.length === 2 && bytes.some((byte) => byte < 0x20);
  return isNumber ? String(bytes.readUInt16LE(0)) : bytes.toString('latin1').replace(/\0+$/, '');
}

/** What it comes to; a fault's code. */
async function outcome<T>(reading: Promise<T>): Promise<T | string> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof DicomFault) return error.code;
    throw error;
  }
}

async function withFile<T>(path: string, use: (source: FileSource) => Promise<T>): Promise<T> {
  const source = await fileSource(path);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}
