import type { Hl7Context } from '@medplum/core';

/**
 * Takes escapes out of text (HL7 v2.5.1, 2.7, "Use of escape sequences in text fields"). Separators and hexadecimal bytes become
 * what they stand for; formatting and sequences of unknown meaning are left out, and a lone escape character stays.
 */
export function unescapeText(text: string, context: Hl7Context): string {
  const { escapeCharacter } = context;
  if (!text.includes(escapeCharacter)) return text;
  const escape = escapeForPattern(escapeCharacter);
  return text.replace(new RegExp(`${escape}([^${escape}]*)${escape}`, 'g'), (_whole, sequence: string) =>
    meaningOf(sequence, context),
  );
}

/** Puts escapes into text, for the separators of the recommended set. */
export function escapeText(text: string): string {
  const sequences: Readonly<Record<string, string>> = { '|': 'F', '^': 'S', '~': 'R', '\\': 'E', '&': 'T' };
  return text.replace(/[\r\n]+/g, ' ').replace(/[|^~\\&]/g, (separator) => `\\${sequences[separator]}\\`);
}

function meaningOf(sequence: string, context: Hl7Context): string {
  switch (sequence) {
    case 'F':
      return context.fieldSeparator;
    case 'S':
      return context.componentSeparator;
    case 'T':
      return context.subcomponentSeparator;
    case 'R':
      return context.repetitionSeparator;
    case 'E':
      return context.escapeCharacter;
    case '.br':
      return ' ';
    default: {
      const hex = /^X((?:[0-9A-Fa-f]{2})+)$/.exec(sequence)?.[1];
      return hex === undefined ? '' : Buffer.from(hex, 'hex').toString('latin1');
    }
  }
}

function escapeForPattern(character: string): string {
  return /[\w\s]/.test(character) ? character : `\\${character}`;
}
