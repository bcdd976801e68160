/** Accents of Latin letters, once parted from them: the block "Combining Diacritical Marks". */
const ACCENTS = /[\u0300-\u036f]/g;
/** Components and groups that are empty at a name's end may be left out or written (DICOM PS3.5, 6.2.1.1). */
const EMPTY_END = /[\^=\s]+$/;

/**
 * A person's name (DICOM PS3.5, VR PN), or a pattern of one, in the form in which names are stored for searches and compared: in
 * small letters, without accents, since one device writes JOAO and another João.
 */
export function searchableName(name: string): string {
  return name.normalize('NFD').replace(ACCENTS, '').normalize('NFC').toLowerCase().replace(EMPTY_END, '');
}
