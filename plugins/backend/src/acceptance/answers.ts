import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { REPOSITORY_ROOT } from '../repository-root';

/** What a person types into the form, by the form's own parameter names. */
export type Answers = Readonly<Record<string, unknown>>;

/** Answers of one of the reference tenants, such as `meditech-eu-central-1`. */
export async function referenceAnswers(tenantId: string): Promise<Answers> {
  return parse(await readFile(join(REPOSITORY_ROOT, 'template/create/answers', `${tenantId}.yaml`), 'utf8')) as Answers;
}

/** The same answers with one field changed, such as `aws.environmentSuffix`. */
export function withAnswer(answers: Answers, field: string, value: unknown): Answers {
  const [group, ...path] = field.split('.');
  const changed = path.length === 0 ? value : withAnswer((answers[group] ?? {}) as Answers, path.join('.'), value);
  return { ...answers, [group]: changed };
}
