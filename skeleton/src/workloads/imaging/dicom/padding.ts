/**
 * Text without the spaces and NULLs that pad it to an even length (DICOM PS3.5, 6.2). Takes time in proportion to the text: a pattern that is
 * searched for from every place would take the square of it, and what is read is not ours.
 */
export function withoutPadding(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\0')) end -= 1;
  return text.slice(0, end);
}
