import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PlannedEntry } from '../../src/rendering/plan';
import { writeRendering } from '../../src/rendering/write';
import { removeTemporaryFolders, temporaryFolder, treeOf, writeFiles } from '../support/folders';

const first: PlannedEntry = { kind: 'text', path: 'a/first', text: 'first', mode: 0o644 };

afterEach(removeTemporaryFolders);

it('leaves nothing where a file cannot be copied after others were written', async () => {
  const parent = temporaryFolder();
  const missing: PlannedEntry = { kind: 'copy', path: 'b', from: join(parent, 'absent'), mode: 0o644 };
  await expect(writeRendering([first, missing], join(parent, 'new/out'))).rejects.toMatchObject({
    code: 'TARGET_UNUSABLE',
  });
  expect(readdirSync(parent)).toEqual([]);
});

it('leaves an empty target there and empty where writing fails', async () => {
  const parent = temporaryFolder();
  mkdirSync(join(parent, 'out'));
  const missing: PlannedEntry = { kind: 'copy', path: 'b', from: join(parent, 'absent'), mode: 0o644 };
  await expect(writeRendering([first, missing], join(parent, 'out'))).rejects.toMatchObject({ code: 'TARGET_UNUSABLE' });
  expect(treeOf(parent)).toEqual({ out: 'folder' });
});

it.each(['an absent', 'an empty'])('keeps the file that someone else puts into %s target meanwhile', async (kind) => {
  const parent = temporaryFolder();
  const target = join(parent, 'out');
  if (kind === 'an empty') mkdirSync(target);
  const meanwhile: PlannedEntry = {
    kind: 'text',
    get path() {
      writeFiles(target, { theirs: 'precious' });
      return 'second';
    },
    text: 'second',
    mode: 0o644,
  };
  await expect(writeRendering([first, meanwhile], target)).rejects.toMatchObject({ code: 'TARGET_NOT_EMPTY' });
  expect(treeOf(parent)).toEqual({ out: 'folder', 'out/theirs': '644 precious' });
});

it('writes modes whatever the umask', async () => {
  const target = join(temporaryFolder(), 'out');
  const before = process.umask(0o077);
  try {
    await writeRendering([{ ...first, mode: 0o755 }], target);
  } finally {
    process.umask(before);
  }
  expect(treeOf(target)['a/first']).toBe('755 first');
});
