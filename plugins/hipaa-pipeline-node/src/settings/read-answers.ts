/** Reads a file of answers: YAML, of which JSON is a part. */
import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { fileSystemReason, reasonOf, RenderingError } from '../errors';

/**
 * The answers in a file, not judged yet. An empty file gives no answers, so that all that is missing gets named.
 *
 * Values keep the type that YAML 1.2 gives them: an account id without quotes is a number, and a fault.
 *
 * @throws RenderingError `ANSWERS_UNREADABLE`, naming line and column where the text is no YAML.
 */
export async function readAnswers(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new RenderingError('ANSWERS_UNREADABLE', `The answers in ${path} cannot be read: ${fileSystemReason(error)}.`, {
      cause: error,
    });
  }
  return parseAnswers(text, path);
}

/** As `readAnswers`, from text. `name` is how messages call it. */
export function parseAnswers(text: string, name: string): unknown {
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true });
  if (document.errors.length > 0) {
    const lines = document.errors.map((error) => `- ${error.message.trim()}`);
    throw new RenderingError('ANSWERS_UNREADABLE', [`The answers in ${name} are no YAML:`, ...lines].join('\n'));
  }
  try {
    const answers: unknown = document.toJS();
    return answers ?? {};
  } catch (error) {
    // Raised for an alias without an anchor, and for one that unfolds to very much.
    throw new RenderingError('ANSWERS_UNREADABLE', `The answers in ${name} are no usable YAML: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}
