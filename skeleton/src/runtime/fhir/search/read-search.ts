import type { Issue } from '../operation-outcome';
import { FhirRequestError } from '../request-error';
import type { SearchParameter } from './parameter';
import { quoted, SearchValueError } from './value-error';

/** The parameters of one search, by name. */
export type SearchDefinition = Readonly<Record<string, SearchParameter<unknown>>>;

/** What a search's parameters were read as. */
export type SearchValues<D extends SearchDefinition> = { readonly [Name in keyof D]: ReturnType<D[Name]['read']> };

/**
 * Reads a query by its definition. All faults are reported at once, each naming its parameter.
 * Parameters that are not defined are refused, though FHIR lets a server ignore them: a filter that silently does not
 * filter shows a clinician other readings than those asked for.
 *
 * @throws FhirRequestError 400
 */
export function readSearch<D extends SearchDefinition>(definition: D, query: URLSearchParams): SearchValues<D> {
  const issues: Issue[] = [...new Set(query.keys())]
    .filter((name) => !Object.hasOwn(definition, name))
    .map((name) => unknownParameter(name, definition));
  const entries: [string, unknown][] = [];
  for (const [name, parameter] of Object.entries(definition)) {
    try {
      entries.push([name, parameter.read(query.getAll(name))]);
    } catch (error) {
      if (!(error instanceof SearchValueError)) throw error;
      const isAbsent = parameter.isRequired && !query.has(name);
      issues.push({ code: isAbsent ? 'required' : 'value', diagnostics: `${name}: ${error.message}`, parameter: name });
    }
  }
  if (issues.length > 0) throw new FhirRequestError(400, issues);
  // The entries are the definition's own names with what their readers returned: the type's very shape.
  return Object.fromEntries(entries) as SearchValues<D>;
}

function unknownParameter(name: string, definition: SearchDefinition): Issue {
  const legal = Object.keys(definition).join(', ');
  const base = name.split(/[:.]/)[0] ?? '';
  const diagnostics =
    base !== name && Object.hasOwn(definition, base)
      ? `${quoted(name)}: modifiers and chains are not supported; legal is ${base}`
      : `${quoted(name)} is no parameter of this search; legal are ${legal}`;
  return { code: 'not-supported', diagnostics, parameter: name };
}

/** One parameter's value, or `undefined` when it has none that is valid. */
export function readIfValid<D extends SearchDefinition, Name extends keyof D & string>(
  definition: D,
  name: Name,
  query: URLSearchParams,
): ReturnType<D[Name]['read']> | undefined {
  try {
    return definition[name]?.read(query.getAll(name)) as ReturnType<D[Name]['read']>;
  } catch (error) {
    if (error instanceof SearchValueError) return undefined;
    throw error;
  }
}
