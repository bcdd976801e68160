import fc from 'fast-check';

/** What has broken out of a field somewhere before. */
const HOSTILE_PIECES = [
  '"', "'", '`', '``', '```', '~~~', '\\', '\n', '\r', '\r\n', '\n\n', '\n---\n', '\t', '\0', ' ', '  \n', '    ',
  '{', '}', '{{', '}}', '{{{', '${{ secrets.TOKEN }}', '{{json aws.accountId}}', '{{> x}}', '{% raw %}', '${HOME}', '$(id)',
  '<script>alert(1)</script>', '<!--', '-->', ']]>', '<?php', '<a href="x">', '&lt;', '&#60;', '&amp;', '&',
  '[a](javascript:alert(1))', '![a](b)', '[a]: b', '[^1]', '<https://example.com>', 'https://example.com', 'www.example.com',
  'someone@example.com', '@team', '#1', 'a.b', '1. ', '1) ', '- ', '* ', '+ ', '> ', '# ', '=== ', '| a |', '|', '||', '|-|',
  '**', '__', '~~', ':x:', ': ', ' #', '? ', '&anchor', '*alias', '!!js/function', '%YAML', '...', '---', '@', 'null', 'true',
  '1e3', '0x1f', '<<', '=',
  '\u{202E}', '\u{202D}', '\u{2066}', '\u{2069}', '\u{200F}', '\u{061C}', '\u{200B}', '\u{200D}', '\u{FEFF}', '\u{00AD}',
  '\u{2028}', '\u{2029}', '\u{0085}', '\u{00A0}', '\u{3000}', '\u{FFFE}', '\u{FFFF}', '\u{FDD0}', '\u{1FFFE}', '\u{E000}', '\u{E0001}',
  '\u{D800}', '\u{DBFF}', '\u{DC00}', '\u{DFFF}', '\u{7F}', '\u{9B}', '\u{1B}[31m',
  'é', 'e\u{301}', '\u{301}', 'हिन्दी', '病院', 'مستشفى', '🏥', '👩‍⚕️', 'ı', 'ß', 'A', '0',
] as const;

/** Any string of up to `maxLength` UTF-16 units, lone surrogates included, rich in what is hostile. Never empty. */
export function hostileText(maxLength = 120): fc.Arbitrary<string> {
  const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<string>(...HOSTILE_PIECES) },
    { weight: 1, arbitrary: unit },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constantFrom('St.', 'Mary', ' ', 'x') },
  );
  return fc
    .array(piece, { minLength: 1, maxLength: 12 })
    .map((pieces) => pieces.join('').slice(0, maxLength))
    .filter((text) => text.length > 0);
}

/** Each hostile piece by itself, so that none depends on chance. */
export const EVERY_HOSTILE_TEXT: readonly string[] = HOSTILE_PIECES;
