import { splitUnescaped, unescape } from './escape';
import { SearchValueError } from './value-error';

/**
 * What a token asks for (FHIR R4, Search, "token").
 *
 * | written       | system      | code        | meaning                              |
 * | ------------- | ----------- | ----------- | ------------------------------------ |
 * | `code`        | `undefined` | the code    | the code in whatever system          |
 * | `system|code` | the system  | the code    | the code in that system              |
 * | `|code`       | `null`      | the code    | the code where no system is stated   |
 * | `system|`     | the system  | `undefined` | any code of that system              |
 */
export interface TokenSearch {
  readonly system: string | null | undefined;
  readonly code: string | undefined;
}

/**
 * @throws SearchValueError when the token is empty, has more than one `|`, or has the character NUL, which no string of FHIR has and no database
 * keeps. It does not repeat the value, which may be a patient's identifier.
 */
export function parseToken(value: string): TokenSearch {
  if (value.includes('\0')) throw new SearchValueError('the value has the character NUL, which no code has');
  const [first = '', second, ...more] = splitUnescaped(value, '|').map(unescape);
  if (more.length > 0) {
    throw new SearchValueError('the value has more than one "|"; legal are "code", "system|code" and "system|"');
  }
  if (first === '' && (second ?? '') === '') {
    throw new SearchValueError('the value is empty; legal are "code", "system|code" and "system|"');
  }
  if (second === undefined) return { system: undefined, code: first };
  return { system: first === '' ? null : first, code: second === '' ? undefined : second };
}

/** Whether a coding, whose system and code are both stated, is what the token asks for. */
export function tokenMatches(token: TokenSearch, coding: { readonly system: string; readonly code: string }): boolean {
  const systemMatches = token.system === undefined || token.system === coding.system;
  return systemMatches && (token.code === undefined || token.code === coding.code);
}

/** The token as it would be written, for messages. */
export function formatToken({ system, code }: TokenSearch): string {
  return system === undefined ? (code ?? '') : `${system ?? ''}|${code ?? ''}`;
}
