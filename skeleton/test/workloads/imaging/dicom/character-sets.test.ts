import { readFileSync } from 'node:fs';
import { bufferSource } from '../../../../src/workloads/imaging/dicom/byte-source';
import { textDecoding } from '../../../../src/workloads/imaging/dicom/character-sets';
import { readMetadata } from '../../../../src/workloads/imaging/dicom/metadata';
import { describeOnDebian, dicomFile } from '../support/dicom-files';

/** Patients' names as DICOM PS3.5, annexes H to K, and pydicom's FileInfo.txt have them. */
const NAMES: Readonly<Record<string, string>> = {
  chrArab: 'قباني^لنزار',
  chrFren: 'Buc^Jérôme',
  chrFrenMulti: 'Buc^Jérôme',
  chrGerm: 'Äneas^Rüdiger',
  chrGreek: 'Διονυσιος',
  chrH31: 'Yamada^Tarou=山田^太郎=やまだ^たろう',
  chrH32: 'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう',
  chrHbrw: 'שרון^דבורה',
  chrI2: 'Hong^Gildong=洪^吉洞=홍^길동',
  chrJapMulti: 'やまだ^たろう',
  chrJapMultiExplicitIR6: 'やまだ^たろう',
  chrKoreanMulti: '김희중',
  chrRuss: 'Люкceмбypг',
  chrX1: 'Wang^XiaoDong=王^小東',
  chrX2: 'Wang^XiaoDong=王^小东',
};

describeOnDebian('readMetadata with character sets', () => {
  it.each(Object.entries(NAMES))('reads the name in %s', async (file, name) => {
    const bytes = readFileSync(dicomFile(`pydicom/charset_files/${file}.dcm`));

    const { patient } = await readMetadata(bufferSource(bytes));

    expect(patient.name).toBe(name);
  });
});

describe('text of a data set', () => {
  const decode = (terms: readonly string[], ...bytes: readonly number[]) =>
    textDecoding(terms).decode(Buffer.from(bytes));

  it('is of the default repertoire where no set is named', () => {
    expect(decode([], 0x4a, 0x6f)).toBe('Jo');
  });

  it('keeps a backslash that is the second byte of a letter', () => {
    expect(decode(['GBK'], 0x81, 0x5c)).not.toContain('\\');
    expect(decode(['', 'ISO 2022 IR 87'], 0x1b, 0x24, 0x42, 0x30, 0x5c, 0x1b, 0x28, 0x42)).not.toContain('\\');
  });

  it('has the first set again behind a delimiter', () => {
    const greekThenLatin = [0x1b, 0x2d, 0x46, 0xc4, 0x5e, 0xc4];
    expect(decode(['ISO 2022 IR 100', 'ISO 2022 IR 126'], ...greekThenLatin)).toBe('Δ^Ä');
  });

  it('replaces bytes that are no letter, and does not fail', () => {
    expect(decode(['ISO_IR 192'], 0x41, 0xff, 0x42)).toBe('A\ufffdB');
  });

  it('treats a set that nobody knows as the default', () => {
    expect(decode(['KLINGON'], 0x41, 0xe9)).toBe('Aé');
  });
});
