import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderSkeleton, RenderingError, settingsOfWorkload } from '../../src';
import type { RenderingErrorCode } from '../../src';
import { someAnswers } from '../support/answers';
import { removeTemporaryFolders, smallSkeleton, temporaryFolder, treeOf, writeFiles } from '../support/folders';

const provenance = { source: 'https://git.example/platform.git#skeleton', commit: 'a'.repeat(40), modified: false };

function render(changes: { skeleton?: string; target?: string; answers?: unknown } = {}) {
  return renderSkeleton({
    answers: changes.answers ?? someAnswers(),
    skeleton: changes.skeleton ?? smallSkeleton(),
    target: changes.target ?? join(temporaryFolder(), 'out'),
    provenance,
  });
}

async function codeOf(rendering: Promise<unknown>): Promise<RenderingErrorCode | undefined> {
  try {
    await rendering;
    return undefined;
  } catch (error) {
    if (!(error instanceof RenderingError)) throw error;
    return error.code;
  }
}

afterEach(removeTemporaryFolders);

describe('what is written', () => {
  it('is each file of the skeleton, templates rendered, without builds, dependencies and other workloads', async () => {
    const target = join(temporaryFolder(), 'out');
    const { files } = await render({ target });
    expect(files).toEqual([
      '.skeleton.json',
      'README.md',
      'binary.bin',
      'docs/workloads/vitals/page.md',
      'generated.json',
      'package.json',
      'run.sh',
      'src/cache/client.ts',
      'src/lib/kept.ts',
      'src/workloads/index.ts',
      'src/workloads/vitals/vitals.service.ts',
      'template/workloads/records/page.md',
      'tenant.json',
      'test/workloads/vitals/service.test.ts',
    ]);
    const written = Object.keys(treeOf(target)).filter((path) => treeOf(target)[path] !== 'folder');
    expect(written.sort()).toEqual(files);
    expect(readFileSync(join(target, 'README.md'), 'utf8')).toBe('# Pipeline of Lakeside Hospital\n');
    expect(readFileSync(join(target, 'src/workloads/index.ts'), 'utf8')).toBe("import 'vitals';\n");
  });

  it('is without what only other workloads share', async () => {
    const answers = { ...someAnswers(), workload: 'records' };
    const { files } = await render({ target: join(temporaryFolder(), 'out'), answers });
    expect(files).toContain('src/mail.ts');
    expect(files.filter((path) => path.includes('cache') || path.includes('.rooms'))).toEqual([]);
  });

  it.each([
    ['is no JSON', 'src/cache'],
    ['has another shape', '{ "src/cache": "vitals" }'],
    ['names a part that is not there', '{ "src/queue": ["vitals"] }'],
    ['names a workload that is not there', '{ "src/cache": ["genomes"] }'],
  ])('is nothing where the list of shared parts %s', async (_, list) => {
    const [skeleton, target] = [smallSkeleton(), join(temporaryFolder(), 'out')];
    writeFiles(skeleton, { '.rooms.json': list });
    await expect(render({ skeleton, target })).rejects.toMatchObject({ code: 'SKELETON_INVALID' });
    expect(treeOf(target)).toEqual({});
  });

  it('keeps bytes and modes', async () => {
    const [skeleton, target] = [smallSkeleton(), join(temporaryFolder(), 'out')];
    await render({ skeleton, target });
    const [before, after] = [treeOf(skeleton), treeOf(target)];
    for (const path of ['binary.bin', 'run.sh', 'generated.json', 'package.json']) expect(after[path]).toBe(before[path]);
    expect(after['run.sh']).toMatch(/^755 /);
    expect(after['generated.json']).toMatch(/^444 /);
  });

  it('keeps symbolic links as links', async () => {
    const [skeleton, target] = [smallSkeleton(), join(temporaryFolder(), 'out')];
    symlinkSync('../run.sh', join(skeleton, 'src/run.sh'));
    await render({ skeleton, target });
    expect(treeOf(target)['src/run.sh']).toBe('-> ../run.sh');
  });

  it('has the workload’s settings with every default in tenant.json', async () => {
    const target = join(temporaryFolder(), 'out');
    const { settings } = await render({ target });
    expect(JSON.parse(readFileSync(join(target, 'tenant.json'), 'utf8'))).toEqual(settingsOfWorkload(settings));
    expect(settings.compliance.observationRetentionDays).toBe(90);
  });

  it('records source, commit, version and the answers as given', async () => {
    const target = join(temporaryFolder(), 'out');
    await render({ target });
    expect(JSON.parse(readFileSync(join(target, '.skeleton.json'), 'utf8'))).toEqual({
      source: 'https://git.example/platform.git#skeleton',
      commit: 'a'.repeat(40),
      version: '1.2.3',
      answers: someAnswers(),
    });
  });

  it('is the same every time', async () => {
    const [skeleton, one, other] = [smallSkeleton(), join(temporaryFolder(), 'out'), join(temporaryFolder(), 'out')];
    await render({ skeleton, target: one });
    await render({ skeleton, target: other });
    expect(treeOf(one)).toEqual(treeOf(other));
  });
});

describe('the target', () => {
  it('may be an empty folder, or one whose parents do not exist', async () => {
    const empty = temporaryFolder();
    await render({ target: empty });
    const deep = join(temporaryFolder(), 'a/b/c');
    await render({ target: deep });
    expect(Object.keys(treeOf(deep))).toEqual(Object.keys(treeOf(empty)));
  });

  it('is refused and left as it is where it holds anything', async () => {
    const target = temporaryFolder();
    writeFiles(target, { '.hidden': 'mine' });
    expect(await codeOf(render({ target }))).toBe('TARGET_NOT_EMPTY');
    expect(treeOf(target)).toEqual({ '.hidden': '644 mine' });
  });

  it('is refused where it is a file or a link', async () => {
    const parent = temporaryFolder();
    writeFileSync(join(parent, 'file'), 'mine');
    mkdirSync(join(parent, 'elsewhere'));
    symlinkSync('elsewhere', join(parent, 'link'));
    expect(await codeOf(render({ target: join(parent, 'file') }))).toBe('TARGET_UNUSABLE');
    expect(await codeOf(render({ target: join(parent, 'link') }))).toBe('TARGET_UNUSABLE');
    expect(Object.keys(treeOf(parent))).toEqual(['elsewhere', 'file', 'link']);
  });

  it('is refused inside the skeleton, through a link too', async () => {
    const skeleton = smallSkeleton();
    const link = join(temporaryFolder(), 'link');
    symlinkSync(skeleton, link);
    const before = treeOf(skeleton);
    expect(await codeOf(render({ skeleton, target: join(skeleton, 'src/out') }))).toBe('TARGET_UNUSABLE');
    expect(await codeOf(render({ skeleton, target: join(link, 'out') }))).toBe('TARGET_UNUSABLE');
    expect(treeOf(skeleton)).toEqual(before);
  });
});

describe('nothing at all is written', () => {
  /** Renders into a new folder and tells what is there afterwards. */
  async function leftBehind(changes: { skeleton?: string; answers?: unknown }) {
    const parent = temporaryFolder();
    const code = await codeOf(render({ ...changes, target: join(parent, 'made/out') }));
    return { code, left: readdirSync(parent) };
  }

  it('where an answer is wrong', async () => {
    expect(await leftBehind({ answers: {} })).toEqual({ code: 'ANSWERS_INVALID', left: [] });
  });

  it('where a template is wrong', async () => {
    const skeleton = smallSkeleton();
    writeFiles(skeleton, { 'zz.md.hbs': '{{tenant.name}}' });
    expect(await leftBehind({ skeleton })).toEqual({ code: 'TEMPLATE_INVALID', left: [] });
  });

  it('where a link leads out of the skeleton', async () => {
    const skeleton = smallSkeleton();
    symlinkSync('/etc/hostname', join(skeleton, 'absolute'));
    expect(await leftBehind({ skeleton })).toEqual({ code: 'SKELETON_INVALID', left: [] });
    const other = smallSkeleton();
    symlinkSync('../../secret', join(other, 'src/climbing'));
    expect(await leftBehind({ skeleton: other })).toEqual({ code: 'SKELETON_INVALID', left: [] });
  });
});

describe('a skeleton', () => {
  it('that is not there is told from one that is none', async () => {
    expect(await codeOf(render({ skeleton: join(temporaryFolder(), 'absent') }))).toBe('SKELETON_NOT_FOUND');
    expect(await codeOf(render({ skeleton: temporaryFolder() }))).toBe('SKELETON_INVALID');
    const unreadable = smallSkeleton();
    writeFileSync(join(unreadable, 'package.json'), '{');
    expect(await codeOf(render({ skeleton: unreadable }))).toBe('SKELETON_INVALID');
  });
});
