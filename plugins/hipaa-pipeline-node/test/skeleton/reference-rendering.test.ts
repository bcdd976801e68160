/** The skeleton lives in place as its reference tenant: what is committed is what rendering gives. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkAnswers, openSkeleton, readAnswers } from '../../src';
import { planRendering } from '../../src/rendering/plan';
import { REPOSITORY, SKELETON } from '../support/folders';

const REFERENCE = join(REPOSITORY, 'template', 'create', 'answers', 'meditech-eu-central-1.yaml');

async function planReference() {
  const skeleton = await openSkeleton(SKELETON);
  const settings = checkAnswers(await readAnswers(REFERENCE), skeleton.workloads);
  return planRendering(skeleton, settings);
}

it('has exactly these templates', async () => {
  const rendered = (await planReference()).filter((entry) => entry.kind === 'text').map(({ path }) => path);
  expect(rendered).toEqual(['README.md', 'catalog-info.yaml', 'src/workloads/index.ts', 'tenant.json']);
});

it.each(['README.md', 'catalog-info.yaml', 'tenant.json'])('holds %s as MediTech gets it', async (path) => {
  const entry = (await planReference()).find((planned) => planned.path === path);
  expect(entry?.kind === 'text' ? entry.text : undefined).toBe(readFileSync(join(SKELETON, path), 'utf8'));
});

it('holds an index that names the rendered workload as the one in place names them all', async () => {
  const path = 'src/workloads/index.ts';
  const { workloads } = await openSkeleton(SKELETON);
  const inPlace = readFileSync(join(SKELETON, path), 'utf8');
  for (const workload of workloads) expect(inPlace).toContain(`import { ${workload} } from './${workload}/${workload}.service';`);
  const entry = (await planReference()).find((planned) => planned.path === path);
  const others = workloads.filter((workload) => workload !== 'vitals');
  const expected = inPlace
    .split('\n')
    .filter((line) => !others.some((other) => line.includes(`'./${other}/`)))
    .join('\n')
    .replace(/= \{.*\};/, '= { vitals };');
  expect(entry?.kind === 'text' ? entry.text : undefined).toBe(expected);
});

it('gives a tenant one lock file, its own projen file, and no template', async () => {
  const paths = (await planReference()).map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['.projenrc.ts', 'package-lock.json', 'package.json', '.gitignore']));
  expect(paths.filter((path) => path.endsWith('.hbs') || path.includes('node_modules'))).toEqual([]);
});
