/** The skeleton lives in place as its reference tenant: what is committed is what rendering gives. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkAnswers, openSkeleton, readAnswers, RECORD_PATH } from '../../src';
import { planRendering } from '../../src/rendering/plan';
import { ROOMS_FILE } from '../../src/skeleton/rooms';
import { REPOSITORY, SKELETON } from '../support/folders';

const ANSWERS = join(REPOSITORY, 'template', 'create', 'answers');
const REFERENCE = join(ANSWERS, 'meditech-eu-central-1.yaml');

async function planReference(reference = REFERENCE) {
  const skeleton = await openSkeleton(SKELETON);
  const settings = checkAnswers(await readAnswers(reference), skeleton.workloads);
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

it('gives a tenant what git knows of the skeleton, and nothing that a build, a test or a run left in it', async () => {
  const args = ['-C', SKELETON, 'ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const known = execFileSync('git', args, { encoding: 'utf8' }).split('\0');
  const { rooms } = await openSkeleton(SKELETON);
  const roomsOfOthers = [...rooms].filter(([, owners]) => !owners.includes('vitals')).map(([room]) => room);
  const expected = known.filter(
    (path) =>
      // A file that is deleted and not committed yet is still known.
      existsSync(join(SKELETON, path)) &&
      path !== '' &&
      !path.endsWith('.hbs') &&
      path !== ROOMS_FILE &&
      // Another workload's, be it whole or still in the making.
      !/\/workloads\/(?!vitals\/)[^/]+\//.test(path) &&
      !roomsOfOthers.some((room) => path === room || path.startsWith(`${room}/`)),
  );
  expect((await planReference()).map(({ path }) => path)).toEqual(expected.sort());
});

it('gives records no program that could speak to Redis', async () => {
  const plan = await planReference(join(ANSWERS, 'records-eu-west-2.yaml'));
  const importing = plan.filter(
    (entry) =>
      entry.kind === 'copy' && entry.path.endsWith('.ts') && /from '(ioredis|.*\/(redis|cache))'/.test(readFileSync(entry.from, 'utf8')),
  );
  expect(importing.map(({ path }) => path)).toEqual([]);
  expect(plan.map(({ path }) => path).filter((path) => /redis|workloads\/vitals/.test(path))).toEqual([]);
});

it('leads from its README only to files that a tenant gets', async () => {
  const { workloads } = await openSkeleton(SKELETON);
  const named = await Promise.all(readdirSync(ANSWERS).map(async (name) => ({ name, answers: await readAnswers(join(ANSWERS, name)) })));
  const offered = named.filter(({ answers }) => workloads.includes((answers as { readonly workload: string }).workload));
  expect(offered.length).toBeGreaterThanOrEqual(workloads.length);
  for (const { name } of offered) {
    const plan = await planReference(join(ANSWERS, name));
    const readme = plan.find(({ path }) => path === 'README.md');
    const text = readme?.kind === 'text' ? readme.text : '';
    const targets = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
    expect(targets.length).toBeGreaterThan(5);
    const paths = [RECORD_PATH, ...plan.map(({ path }) => path)];
    const lost = targets.filter((target) => !paths.some((path) => path === target || path.startsWith(target)));
    expect([name, lost]).toEqual([name, []]);
  }
});
