import type { Attribute } from './attributes';
import type { Search } from './read-search';
import type { FoundRow } from './statement';

/** An element in the DICOM JSON model (DICOM PS3.18, F.2.2). */
interface JsonElement {
  readonly vr: string;
  readonly Value?: readonly unknown[];
}

/** Groups of a person's name, in the order in which `=` parts them (DICOM PS3.5, 6.2.1; PS3.18, table F.2.3-1). */
const NAME_GROUPS = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;

/** A row as a DICOM JSON object, its elements in the order of their tags. */
export function toDicomJson(row: FoundRow, search: Search, publicUrl: string): Readonly<Record<string, object>> {
  const elements: Array<readonly [tag: string, element: object]> = [
    // Stored is on line: nothing is moved to where it would take a while.
    ['00080056', { vr: 'CS', Value: ['ONLINE'] }],
    ['00081190', { vr: 'UR', Value: [retrieveUrl(row, publicUrl)] }],
  ];
  for (const attribute of search.shown) {
    const element =
      attribute.column === undefined ? row.json?.[attribute.tag] : ofColumn(attribute, row[attribute.tag]);
    if (element !== undefined) elements.push([attribute.tag, element]);
  }
  for (const tag of search.shownTags) {
    const element = row.json?.[tag];
    if (element !== undefined) elements.push([tag, element]);
  }
  return Object.fromEntries(elements.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

export function retrieveUrl({ studyUid, seriesUid, sopInstanceUid }: FoundRow, publicUrl: string): string {
  const series = seriesUid === null ? '' : `/series/${seriesUid}`;
  const instance = sopInstanceUid === null ? '' : `/instances/${sopInstanceUid}`;
  return `${publicUrl}/studies/${studyUid}${series}${instance}`;
}

/** What is not known is an element without a value; of an image's figures, none at all, since the instance may be no image. */
function ofColumn({ vr, level, matching }: Attribute, value: unknown): JsonElement | undefined {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  const known = values.filter((one) => one !== null && one !== undefined && one !== '');
  if (known.length > 0) return { vr, Value: vr === 'PN' ? known.map(nameOf) : known };
  return level === 'instance' && matching === undefined ? undefined : { vr };
}

function nameOf(value: unknown): object {
  const groups = String(value).split('=');
  return Object.fromEntries(
    NAME_GROUPS.flatMap((name, index) => {
      const group = groups[index];
      return group === undefined || group === '' ? [] : [[name, group]];
    }),
  );
}
