import { z } from 'zod';
import { resourcesOf } from './package-file';
import { choiceName, structureDefinitions, typesOf } from './structure-definitions';

const searchParameter = z.object({
  code: z.string(),
  type: z.string(),
  base: z.array(z.string()),
  expression: z.string().optional(),
});

const KINDS: Readonly<Record<string, readonly string[]>> = {
  token: ['CodeableConcept', 'Coding', 'Identifier', 'ContactPoint', 'code', 'string', 'id', 'uri', 'boolean'],
  date: ['date', 'dateTime', 'instant', 'Period', 'Timing'],
  reference: ['Reference'],
};

/** `Type.path`, `(Type.path as X)`, `Type.path.as(X)`, `Type.path.where(a='b')`, `Type.path.where(resolve() is X)`. */
const EXPRESSION =
  /^\(?(?<type>[A-Z]\w*)\.(?<path>[\w.]+?)(?: as (?<as>\w+)\)|\.as\((?<as2>\w+)\)|\.where\((?<element>\w+) ?= ?'(?<value>[^']+)'\)|\.where\(resolve\(\) is (?<target>\w+)\)|\)?)$/;

/** Says a thing of the whole Patient, and stands at no one path: the index of records knows it by name. */
const DECEASED = 'Patient.deceased.exists() and Patient.deceased != false';

/**
 * By type of resource, by parameter: kind, and where the resource says it, as JSON paths with the type of what stands there.
 * Parameters of type token, date and reference; those of all resources (`_id`, `_lastUpdated`) are nobody's here.
 */
export function searchParameterTable(): string {
  const elements = elementTypes();
  const table: Record<string, Record<string, string>> = {};
  for (const { code, type, expression = '' } of resourcesOf(
    'Bundle-searchParams.json',
    'SearchParameter',
    searchParameter,
  )) {
    if (KINDS[type] === undefined) continue;
    for (const part of expression.split('|').map((text) => text.trim())) {
      const found = EXPRESSION.exec(part)?.groups;
      if (part === DECEASED) (table.Patient ??= {})[code] = type;
      if (found?.type === undefined || found.path === undefined || found.type.endsWith('Resource')) continue;
      const places = concrete(found.type, found.path, found.as ?? found.as2, elements)
        .filter(({ type: leaf }) => KINDS[type]?.includes(leaf))
        .map(({ path, type: leaf }) => `${path}:${leaf}${filterOf(found)}`);
      const parameters = (table[found.type] ??= {});
      if (places.length === 0) continue;
      parameters[code] = [...new Set([parameters[code] ?? type, ...places])].join(' ');
    }
  }
  return lines(table);
}

function filterOf({ element, value, target }: Record<string, string | undefined>): string {
  if (target !== undefined) return `:${target}`;
  return element === undefined ? '' : `:${element}=${value}`;
}

/** Types by path as FHIR writes it: `Observation.component.value[x]`. */
function elementTypes(): ReadonlyMap<string, readonly string[]> {
  return new Map(
    structureDefinitions().flatMap(({ snapshot }) => snapshot.element.map((one) => [one.path, typesOf(one)] as const)),
  );
}

interface Place {
  readonly path: string;
  readonly type: string;
}

/** The paths in JSON that a path in FHIRPath stands for. */
function concrete(
  root: string,
  path: string,
  wanted: string | undefined,
  elements: ReadonlyMap<string, readonly string[]>,
): Place[] {
  let places: Place[] = [{ path: '', type: root }];
  for (const step of path.split('.')) {
    places = places.flatMap((place) => {
      const prefix = place.path === '' ? '' : `${place.path}.`;
      const own = elements.get(`${place.type}.${step}`);
      if (own !== undefined) return own.map((type) => ({ path: `${prefix}${step}`, type }));
      const choice = elements.get(`${place.type}.${step}[x]`) ?? [];
      return choice.map((type) => ({ path: `${prefix}${choiceName(step, type)}`, type }));
    });
  }
  return wanted === undefined ? places : places.filter(({ type }) => type === wanted);
}

/** One line a type, sorted, so that a change of it is a change of one line. */
function lines(table: Record<string, Record<string, string>>): string {
  const sorted = Object.entries(table)
    .filter(([, parameters]) => Object.keys(parameters).length > 0)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return `{\n${sorted
    .map(([type, parameters]) => {
      const ofType = Object.entries(parameters).sort(([one], [other]) => (one < other ? -1 : 1));
      return `  ${JSON.stringify(type)}: ${JSON.stringify(Object.fromEntries(ofType))}`;
    })
    .join(',\n')}\n}`;
}
