import { resolve } from 'node:path';
import { ConfigReader } from '@backstage/config';
import { readLocalGitOptions, readSkeletonFolder } from './options';

it('takes folders from the working directory', () => {
  const config = new ConfigReader({ hipaaPipeline: { skeleton: './skeleton', localGit: { root: './tenants' } } });
  expect(readSkeletonFolder(config)).toBe(resolve('skeleton'));
  expect(readLocalGitOptions(config)).toEqual({
    root: resolve('tenants'),
    author: { name: 'Scaffolder', email: 'scaffolder@backstage.io' },
  });
});

it("commits in the name of the portal's configured author", () => {
  const config = new ConfigReader({
    scaffolder: { defaultAuthor: { name: 'Portal', email: 'portal@pipeline.example' } },
    hipaaPipeline: { localGit: { root: '/srv/tenants' } },
  });
  expect(readLocalGitOptions(config)).toEqual({
    root: '/srv/tenants',
    author: { name: 'Portal', email: 'portal@pipeline.example' },
  });
});

it('has neither where nothing is configured', () => {
  expect(readSkeletonFolder(new ConfigReader({}))).toBeUndefined();
  expect(readLocalGitOptions(new ConfigReader({}))).toBeUndefined();
});
