/**
 * Splits a value at a separator that is not escaped. The pieces keep their escapes, so that they can be split again.
 * (FHIR R4, Search, "Escaping Search Parameters": `\,`, `\|`, `\$` and `\\`.)
 */
export function splitUnescaped(value: string, separator: ',' | '|' | '$'): string[] {
  const pieces = [''];
  for (let index = 0; index < value.length; index++) {
    const character = value.charAt(index);
    if (character === separator) {
      pieces.push('');
      continue;
    }
    const escaped = character === '\\' ? value.charAt(++index) : '';
    pieces.push(`${pieces.pop() ?? ''}${character}${escaped}`);
  }
  return pieces;
}

/** Takes the escapes out of a piece. */
export function unescape(piece: string): string {
  return piece.replace(/\\([,|$\\])/g, '$1');
}
