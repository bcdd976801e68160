import { join } from 'node:path';
import { readAnswers } from '../../src';
import { parseAnswers } from '../../src/settings/read-answers';
import { removeTemporaryFolders, temporaryFolder } from '../support/folders';
import { refusalOf } from '../support/refusal';

afterEach(removeTemporaryFolders);

it('reads YAML and JSON alike', () => {
  expect(parseAnswers('tenant: { id: a }\n', 'a.yaml')).toEqual({ tenant: { id: 'a' } });
  expect(parseAnswers('{"tenant": {"id": "a"}}', 'a.json')).toEqual({ tenant: { id: 'a' } });
});

it('takes an empty file for no answers', () => {
  for (const text of ['', '\n', '# only a comment\n', '---\n']) expect(parseAnswers(text, 'a.yaml')).toEqual({});
});

it.each([
  ['broken syntax', 'tenant: {', /^The answers in a\.yaml are no YAML:\n- .* line 1, column/],
  ['a tab for an indentation', 'tenant:\n\tid: a', /no YAML/],
  ['a key that stands twice', 'workload: vitals\nworkload: records', /Map keys must be unique at line 2/],
  ['two documents', 'a: 1\n---\nb: 2\n', /no YAML/],
  ['an alias without an anchor', 'tenant: *nobody', /no usable YAML: .*nobody/],
  [
    'aliases that unfold to very much',
    `a: &a [${'x,'.repeat(50)}]\nb: &b [${'*a,'.repeat(50)}]\nc: [${'*b,'.repeat(50)}]\n`,
    /no usable YAML: Excessive alias count/,
  ],
])('refuses %s, saying where', (_case, text, message) => {
  const refusal = refusalOf(() => parseAnswers(text, 'a.yaml'));
  expect(refusal.code).toBe('ANSWERS_UNREADABLE');
  expect(refusal.message).toMatch(message);
});

it('says of a file that it is not there, or is a folder', async () => {
  const folder = temporaryFolder();
  await expect(readAnswers(join(folder, 'absent.yaml'))).rejects.toThrow(/cannot be read: there is no such file/);
  await expect(readAnswers(folder)).rejects.toThrow(/cannot be read: it is a folder/);
});
