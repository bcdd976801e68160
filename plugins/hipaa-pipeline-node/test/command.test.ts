import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { runRenderCommand } from '../src/command';
import { someAnswers } from './support/answers';
import { removeTemporaryFolders, REPOSITORY, smallSkeleton, temporaryFolder, writeFiles } from './support/folders';

async function run(args: readonly string[]) {
  const printed = { out: '', error: '' };
  const code = await runRenderCommand(args, {
    out: (text) => (printed.out += text),
    error: (text) => (printed.error += text),
    directory: REPOSITORY,
  });
  return { code, ...printed };
}

/** A folder with `answers.yaml`, and the arguments that render them into its `out`. */
function prepared(answers: unknown) {
  const folder = temporaryFolder();
  writeFiles(folder, { 'answers.yaml': typeof answers === 'string' ? answers : stringify(answers) });
  const args = ['--answers', join(folder, 'answers.yaml'), '--out', join(folder, 'out'), '--skeleton', smallSkeleton()];
  return { folder, args };
}

afterEach(removeTemporaryFolders);

it('lists what was written, a path a line, and exits with 0', async () => {
  const { args, folder } = prepared(someAnswers());
  const { code, out, error } = await run(args);
  expect({ code, error }).toEqual({ code: 0, error: '' });
  const [list = '', summary] = out.split('\n\n');
  expect(list.split('\n')).toEqual(expect.arrayContaining(['.skeleton.json', 'tenant.json', 'src/workloads/index.ts']));
  for (const path of list.split('\n')) expect(existsSync(join(folder, 'out', path))).toBe(true);
  expect(summary).toMatch(/^14 files written to .*out: lakeside-eu-west-1, vitals in eu-west-1\.\n$/);
});

it('tells every wrong answer with field, value and what is legal, writes nothing, and exits with 1', async () => {
  const answers = someAnswers();
  const { args, folder } = prepared({
    ...answers,
    workload: 'billing',
    aws: { ...answers.aws, region: 'eu-west-2' },
    tenant: { ...answers.tenant, id: 'Lake Side' },
  });
  const { code, out, error } = await run(args);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(error).toMatch(/^3 answers are wrong:\n/);
  expect(error).toContain('- tenant.id is "Lake Side": expected lower-case letters');
  expect(error).toContain('- workload is "billing": expected one of records, vitals');
  expect(error).toMatch(/- secrets\.databaseArn is "arn:aws:[^"]+": expected an ARN in the tenant's region, eu-west-2/);
  expect(error).toMatch(/Nothing was written\.\n$/);
  expect(readdirSync(folder)).toEqual(['answers.yaml']);
});

it('asks for quotes where YAML read the account id as a number', async () => {
  const text = stringify(someAnswers()).replace('"123456789012"', '011122223333');
  expect(text).toContain('accountId: 011122223333');
  const { error } = await run(prepared(text).args);
  expect(error).toContain('aws.accountId is 11122223333: expected the twelve digits of an AWS account, in quotes');
});

it.each([
  ['answers that are no YAML', (_args: string[], folder: string) => {
      writeFiles(folder, { 'answers.yaml': 'a: [' });
    }, /no YAML/],
  ['answers that are not there', (args: string[]) => args.splice(1, 1, 'absent.yaml'), /absent\.yaml cannot be read: there is no such file/],
  ['a skeleton that is not there', (args: string[]) => args.splice(5, 1, 'absent'), /No skeleton at .*absent/],
  ['a target that is not empty', (args: string[], folder: string) => args.splice(3, 1, folder), /is not empty; nothing was changed/],
])('refuses %s', async (_case, spoil, message) => {
  const { args, folder } = prepared(someAnswers());
  spoil(args, folder);
  const { code, out, error } = await run(args);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(error).toMatch(message);
  expect(readdirSync(folder)).toEqual(['answers.yaml']);
});

it.each([
  ['an unknown flag', ['--answers', 'a', '--out', 'b', '--force'], /Unknown option '--force'/],
  ['a flag without its value', ['--answers'], /--answers/],
  ['an argument that no flag names', ['answers.yaml'], /Unexpected argument 'answers.yaml'/],
  ['no answers', ['--out', 'b'], /--answers is missing/],
  ['no target', ['--answers', 'a'], /--out is missing/],
  ['nothing', [], /--answers and --out are missing/],
  ['an empty skeleton', ['--answers', 'a', '--out', 'b', '--skeleton', ''], /--skeleton is empty/],
])('refuses %s and shows how it is called', async (_case, args, message) => {
  const { code, out, error } = await run(args);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(error).toMatch(message);
  expect(error).toContain('Usage: npm run render -- --answers FILE --out DIR [--skeleton DIR]');
});

it('says how it is called when asked', async () => {
  expect(await run(['--help'])).toMatchObject({ code: 0, error: '', out: expect.stringMatching(/^Usage: /) });
});

it('takes relative paths from where it was called', async () => {
  const { folder, args } = prepared(someAnswers());
  const code = await runRenderCommand([...args.slice(4), '--answers', 'answers.yaml', '--out', 'elsewhere/out'], {
    out: () => undefined,
    error: () => undefined,
    directory: folder,
  });
  expect(code).toBe(0);
  expect(readdirSync(folder)).toEqual(['answers.yaml', 'elsewhere']);
});

it('gives its exit code and no stack trace to the shell', async () => {
  const { args } = prepared({ workload: 'billing' });
  const cli = join(__dirname, '..', 'src', 'cli.ts');
  await expect(promisify(execFile)(process.execPath, [require.resolve('tsx/cli'), cli, ...args])).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.not.stringMatching(/\n {4}at /),
  });
});
